// SPDX-License-Identifier: GPL-2.0
// Breaks: Pages without a slot get no attributes.
// Origin: plausible
// Behaviours: ATTR-3
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_set_mem_attributes(...)
{
	<...
+	if (!gfn_to_memslot(kvm, i))
+		continue;
	r = xa_err(xa_store(&kvm->mem_attr_array, i, entry, GFP_KERNEL_ACCOUNT));
	...>
}
