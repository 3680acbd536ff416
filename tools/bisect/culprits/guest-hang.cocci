// SPDX-License-Identifier: GPL-2.0
// Breaks: A guest that touches private memory faults for ever.
// Origin: plausible
// Behaviours: ATTR-6
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_mmu_faultin_pfn_gmem(...)
{
	<...
+	if (fault->slot)
+		return RET_PF_RETRY;
	if (!kvm_slot_has_gmem(fault->slot)) {
	...
	}
	...>
}
