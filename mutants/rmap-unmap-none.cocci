// SPDX-License-Identifier: GPL-2.0
// Breaks: Without the TDP MMU, what the host unmaps stays mapped in the guest.
// Origin: plausible
// Behaviours: FALLOC-5 BIND-8
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_unmap_gfn_range(...)
{
	<...
-	if (kvm_memslots_have_rmaps(kvm))
-		flush = __kvm_rmap_zap_gfn_range(...);
	...>
}
