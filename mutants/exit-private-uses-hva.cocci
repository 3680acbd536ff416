// SPDX-License-Identifier: GPL-2.0
// Breaks: Private accesses use shared memory.
// Origin: plausible
// Behaviours: EXIT-9 EXIT-10 EXIT-13 EXIT-16
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
__kvm_mmu_faultin_pfn(...)
{
	<...
-	fault->is_private || kvm_memslot_is_gmem_only(fault->slot)
+	kvm_memslot_is_gmem_only(fault->slot)
	...>
}
