// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot can only be made where the host has memory.
// Origin: plausible
// Behaviours: BIND-11
// File: virt/kvm/kvm_main.c
// Places: 2
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_set_memory_region, __kvm_set_memory_region };
typedef u8;
@@
fn(...)
{
	<...
-	change = KVM_MR_CREATE;
+	u8 byte;
+
+	change = KVM_MR_CREATE;
+	if (get_user(byte, (u8 *)(unsigned long)mem->userspace_addr))
+		return -EFAULT;
	...>
}
