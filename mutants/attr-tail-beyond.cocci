// SPDX-License-Identifier: GPL-2.0
// Breaks: The large page behind a range is taken for mixed.
// Origin: plausible
// Behaviours: ATTR-7
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_arch_post_set_memory_attributes(...)
{
	<...
-	gfn < range->end && (gfn + nr_pages) <= (slot->base_gfn + slot->npages)
+	(gfn + nr_pages) <= (slot->base_gfn + slot->npages)
	...>
}
