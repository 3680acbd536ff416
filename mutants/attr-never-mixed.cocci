// SPDX-License-Identifier: GPL-2.0
// Breaks: Large pages are used where attributes are mixed.
// Origin: plausible
// Behaviours: ATTR-7
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
hugepage_set_mixed(...)
{
	<...
-	lpage_info_slot(gfn, slot, level)->disallow_lpage |= KVM_LPAGE_MIXED_FLAG;
	...>
}
