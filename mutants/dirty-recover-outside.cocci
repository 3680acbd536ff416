// SPDX-License-Identifier: GPL-2.0
// Breaks: When dirty logging ends, a large page is looked up outside the slot.
// Origin: undoes "KVM: x86/mmu: Ensure hugepage is in by slot before checking max mapping level"
// Behaviours: EXIT-14
// File: arch/x86/kvm/mmu/tdp_mmu.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
recover_huge_pages_range(...)
{
	<...
-	if (iter.gfn < start || iter.gfn >= end)
-		continue;
	...>
}
