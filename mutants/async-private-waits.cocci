// SPDX-License-Identifier: GPL-2.0
// Breaks: A private page waits while its shared side is being got in the background.
// Origin: plausible
// Behaviours: ATTR-9 EXIT-13
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
__kvm_mmu_faultin_pfn(...)
{
	<...
-	fault->is_private || kvm_memslot_is_gmem_only(fault->slot)
+	(fault->is_private && !kvm_find_async_pf_gfn(vcpu, fault->gfn)) ||
+	kvm_memslot_is_gmem_only(fault->slot)
	...>
}
