// SPDX-License-Identifier: GPL-2.0
// Breaks: The old ioctl reads the fields of the new one.
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
-	size = sizeof(struct kvm_userspace_memory_region);
+	size = sizeof(struct kvm_userspace_memory_region2);
	...>
}
