// SPDX-License-Identifier: GPL-2.0
// Breaks: A conversion while the page is looked up, the attribute being checked, goes unnoticed.
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
	ret = __kvm_mmu_faultin_pfn(vcpu, fault);
+	fault->mmu_seq = vcpu->kvm->mmu_invalidate_seq;
	...>
}
