// SPDX-License-Identifier: GPL-2.0
// Breaks: A fault that is begun again keeps the page that it had found.
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
-	kvm_mmu_finish_page_fault(vcpu, fault, RET_PF_RETRY);
	...>
}
