// SPDX-License-Identifier: GPL-2.0
// Breaks: Attributes can only be set where there is a slot.
// Origin: plausible
// Behaviours: ATTR-1 ATTR-4
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_ioctl_set_mem_attributes(...)
{
	<...
	end = (attrs->address + attrs->size) >> PAGE_SHIFT;
+	if (!gfn_to_memslot(kvm, start))
+		return -EINVAL;
	...>
}
