// SPDX-License-Identifier: GPL-2.0
// Breaks: An access that is not what the attribute says gives EFAULT without an exit.
// Origin: plausible
// Behaviours: EXIT-13 EXIT-15
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_mmu_faultin_pfn(...)
{
	<...
	if (fault->is_private != kvm_mem_is_private(kvm, fault->gfn)) {
-		kvm_mmu_prepare_memory_fault_exit(vcpu, fault);
		return -EFAULT;
	}
	...>
}
