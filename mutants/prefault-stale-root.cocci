// SPDX-License-Identifier: GPL-2.0
// Breaks: Pre-fault fills page tables that the vCPU is about to drop.
// Origin: undoes "KVM: x86/mmu: Check and free obsolete roots in kvm_mmu_reload()"
// Behaviours: PREFAULT-3 BUG-5
// File: arch/x86/kvm/mmu.h
// Rebuild: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_mmu_reload(...)
{
	<...
-	if (kvm_check_request(KVM_REQ_MMU_FREE_OBSOLETE_ROOTS, vcpu))
-		kvm_mmu_free_obsolete_roots(vcpu);
	...>
}
