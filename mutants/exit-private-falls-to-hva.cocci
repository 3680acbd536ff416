// SPDX-License-Identifier: GPL-2.0
// Breaks: Private accesses to a slot without guest_memfd use its shared memory.
// Origin: plausible
// Behaviours: EXIT-1 EXIT-2 EXIT-14
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
__kvm_mmu_faultin_pfn(...)
{
	<...
-	fault->is_private || kvm_memslot_is_gmem_only(fault->slot)
+	(fault->is_private && kvm_slot_has_gmem(fault->slot)) || kvm_memslot_is_gmem_only(fault->slot)
	...>
}
