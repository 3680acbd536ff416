// SPDX-License-Identifier: GPL-2.0
// Breaks: A fault that began before a conversion maps what was right then.
// Origin: plausible
// Behaviours: ATTR-9
// File: arch/x86/kvm/mmu/mmu.c
// Places: 3
// Kernels: 7.2 7.3

@@
@@
is_page_fault_stale(...)
{
	<...
-	return fault->slot && mmu_invalidate_retry_gfn(vcpu->kvm, fault->mmu_seq, fault->gfn);
+	return false;
	...>
}

@@
@@
kvm_mmu_faultin_pfn(...)
{
	<...
-	mmu_invalidate_retry_gfn_unsafe(kvm, fault->mmu_seq, fault->gfn)
+	0
	...>
}
