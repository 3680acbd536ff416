// SPDX-License-Identifier: GPL-2.0
// Breaks: A page that came in the background is mapped though it is private by then.
// Origin: plausible
// Behaviours: ATTR-9 EXIT-13
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_mmu_faultin_pfn(...)
{
	<...
-	fault->is_private != kvm_mem_is_private(kvm, fault->gfn)
+	!fault->prefetch && fault->is_private != kvm_mem_is_private(kvm, fault->gfn)
	...>
}
