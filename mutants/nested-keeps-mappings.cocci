// SPDX-License-Identifier: GPL-2.0
// Breaks: A nested guest goes on using what was converted, punched or unmapped.
// Origin: plausible
// Behaviours: EXIT-15 FALLOC-5
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_unmap_gfn_range(...)
{
	<...
-	kvm_memslots_have_rmaps(kvm)
+	!tdp_mmu_enabled
	...>
}
