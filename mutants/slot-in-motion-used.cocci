// SPDX-License-Identifier: GPL-2.0
// Breaks: A vCPU does not wait for a slot that is being moved: it finds no memory.
// Origin: plausible
// Behaviours: BIND-16
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_mmu_faultin_pfn(...)
{
	<...
	if (slot->flags & KVM_MEMSLOT_INVALID) {
		if (fault->prefetch)
			return -EAGAIN;
-		return RET_PF_RETRY;
	}
	...>
}
