// SPDX-License-Identifier: GPL-2.0
// Breaks: The old ioctl takes the flag of the new one.
// Origin: plausible
// Behaviours: BIND-1 BIND-7
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_ioctl(...)
{
	<...
-	ioctl == KVM_SET_USER_MEMORY_REGION && (mem.flags & ~KVM_SET_USER_MEMORY_REGION_V1_FLAGS)
+	0
	...>
}
