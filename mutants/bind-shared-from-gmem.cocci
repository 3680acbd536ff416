// SPDX-License-Identifier: GPL-2.0
// Breaks: Shared memory of a slot with guest_memfd comes from the file.
// Origin: plausible
// Behaviours: BIND-8 BIND-12
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
__kvm_mmu_faultin_pfn(...)
{
	<...
-	kvm_memslot_is_gmem_only(fault->slot)
+	kvm_slot_has_gmem(fault->slot)
	...>
}
