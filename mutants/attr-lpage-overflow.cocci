// SPDX-License-Identifier: GPL-2.0
// Breaks: What is noted of large pages runs over the end of the slot.
// Origin: undoes "KVM: x86/mmu: x86: Don't overflow lpage_info when checking attributes"
// Behaviours: ATTR-7
// File: arch/x86/kvm/mmu/mmu.c
// Places: 2
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_arch_post_set_memory_attributes(...)
{
	<...
-	gfn < range->end && (gfn + nr_pages) <= (slot->base_gfn + slot->npages)
+	gfn < range->end
	...>
}

@@
@@
kvm_arch_post_set_memory_attributes(...)
{
	<...
-	gfn >= slot->base_gfn && gfn + nr_pages <= slot->base_gfn + slot->npages
+	gfn >= slot->base_gfn
	...>
}
