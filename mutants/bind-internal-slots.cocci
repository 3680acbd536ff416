// SPDX-License-Identifier: GPL-2.0
// Breaks: Userspace may use the slots that are KVM's own.
// Origin: plausible
// Behaviours: BIND-10
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
typedef u16;
@@
kvm_vm_ioctl_set_memory_region(...)
{
	<...
-	(u16)mem->slot >= KVM_USER_MEM_SLOTS
+	(u16)mem->slot >= KVM_MEM_SLOTS_NUM
	...>
}
