// SPDX-License-Identifier: GPL-2.0
// Breaks: Shared memory of a slot on a file that can be mapped comes from its address.
// Origin: plausible
// Behaviours: BIND-8 BIND-13
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
__kvm_mmu_faultin_pfn(...)
{
	<...
-	fault->is_private || kvm_memslot_is_gmem_only(fault->slot)
+	fault->is_private
	...>
}
