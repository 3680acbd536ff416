// SPDX-License-Identifier: GPL-2.0
// Breaks: Creating or deleting a slot makes its range shared.
// Origin: plausible
// Behaviours: ATTR-3
// File: virt/kvm/kvm_main.c
// Places: 2
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_create_memslot(...)
{
	<...
+	for (unsigned long i = 0; i < new->npages; i++)
+		xa_erase(&kvm->mem_attr_array, new->base_gfn + i);
	kvm_replace_memslot(kvm, NULL, new);
	...>
}

@@
@@
kvm_delete_memslot(...)
{
	<...
+	for (unsigned long i = 0; i < old->npages; i++)
+		xa_erase(&kvm->mem_attr_array, old->base_gfn + i);
	kvm_replace_memslot(kvm, old, NULL);
	...>
}
