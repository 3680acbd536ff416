// SPDX-License-Identifier: GPL-2.0
// Breaks: Private accesses to a slot without guest_memfd give EFAULT without an exit.
// Origin: plausible
// Behaviours: EXIT-1
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 7.2 7.3

@@
identifier fn = { kvm_mmu_faultin_pfn_gmem, kvm_mmu_faultin_pfn_private };
@@
fn(...)
{
	<...
	if (!kvm_slot_has_gmem(fault->slot)) {
-		kvm_mmu_prepare_memory_fault_exit(vcpu, fault);
		return -EFAULT;
	}
	...>
}
