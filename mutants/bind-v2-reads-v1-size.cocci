// SPDX-License-Identifier: GPL-2.0
// Breaks: The new ioctl does not read its new fields.
// Origin: plausible
// Behaviours: BIND-1
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_ioctl(...)
{
	<...
-	size = sizeof(struct kvm_userspace_memory_region2);
+	size = sizeof(struct kvm_userspace_memory_region);
	...>
}
