// SPDX-License-Identifier: GPL-2.0
// Breaks: Slots must not be adjacent.
// Origin: plausible
// Behaviours: BIND-4
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_set_memory_region, __kvm_set_memory_region };
@@
fn(...)
{
	<...
-	kvm_check_memslot_overlap(slots, id, base_gfn, base_gfn + npages)
+	kvm_check_memslot_overlap(slots, id, base_gfn, base_gfn + npages + 1)
	...>
}
