// SPDX-License-Identifier: GPL-2.0
// Breaks: Moving a slot makes the range that it leaves shared.
// Origin: plausible
// Behaviours: ATTR-3
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_move_memslot(...)
{
	<...
+	for (unsigned long i = 0; i < old->npages; i++)
+		xa_erase(&kvm->mem_attr_array, old->base_gfn + i);
	kvm_replace_memslot(kvm, old, new);
	...>
}
