// SPDX-License-Identifier: GPL-2.0
// Breaks: A range that was mixed once never gets a large page again.
// Origin: plausible
// Behaviours: ATTR-7
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
hugepage_clear_mixed(...)
{
	<...
-	lpage_info_slot(gfn, slot, level)->disallow_lpage &= ~KVM_LPAGE_MIXED_FLAG;
	...>
}
