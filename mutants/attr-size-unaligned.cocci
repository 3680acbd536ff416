// SPDX-License-Identifier: GPL-2.0
// Breaks: The size need not be a multiple of the page size.
// Origin: plausible
// Behaviours: ATTR-1
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_ioctl_set_mem_attributes(...)
{
	<...
-	!PAGE_ALIGNED(attrs->address) || !PAGE_ALIGNED(attrs->size)
+	!PAGE_ALIGNED(attrs->address)
	...>
}
