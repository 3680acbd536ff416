// SPDX-License-Identifier: GPL-2.0
// Breaks: Pre-fault spins while the slot is being deleted.
// Origin: undoes "KVM: x86/mmu: Return -EAGAIN if userspace deletes/moves memslot during prefault"
// Behaviours: PREFAULT-4
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_mmu_faultin_pfn(...)
{
	<...
-	if (fault->prefetch)
-		return -EAGAIN;
	...>
}
