// SPDX-License-Identifier: GPL-2.0
// Breaks: A fault that is being resolved is begun again.
// Origin: plausible
// Behaviours: EXIT-13
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
__kvm_mmu_faultin_pfn(...)
{
	<...
-	kvm_find_async_pf_gfn(vcpu, fault->gfn)
+	0
	...>
}
