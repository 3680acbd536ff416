// SPDX-License-Identifier: GPL-2.0
// Breaks: A vCPU in a nested guest may pre-fault.
// Origin: plausible
// Behaviours: PREFAULT-4
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_tdp_page_prefault, kvm_tdp_map_page };
@@
fn(...)
{
	<...
-	if (vcpu->arch.mmu->page_fault != kvm_tdp_page_fault)
-		return -EOPNOTSUPP;
	...>
}
