// SPDX-License-Identifier: GPL-2.0
// Breaks: An address that the page tables cannot have is mapped as MMIO, where a smaller one is.
// Origin: plausible
// Behaviours: PREFAULT-1
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_handle_noslot_fault(...)
{
	<...
-	if (unlikely(fault->gfn > kvm_mmu_max_gfn()))
-		return RET_PF_EMULATE;
	...>
}
