// SPDX-License-Identifier: GPL-2.0
// Breaks: Pre-fault maps no large pages.
// Origin: plausible
// Behaviours: PREFAULT-1
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_mmu_do_page_fault(...)
{
	<...
-	KVM_MAX_HUGEPAGE_LEVEL
+	(prefetch ? PG_LEVEL_4K : KVM_MAX_HUGEPAGE_LEVEL)
	...>
}
