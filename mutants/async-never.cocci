// SPDX-License-Identifier: GPL-2.0
// Breaks: No fault is resolved in the background.
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
-	!fault->prefetch && kvm_can_do_async_pf(vcpu)
+	0
	...>
}
