// SPDX-License-Identifier: GPL-2.0
// Breaks: What the host unmaps stays mapped in the guest.
// Origin: plausible
// Behaviours: PREFAULT-3
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_unmap_gfn_range(...)
{
	<...
+	if (range)
+		return false;
	if (kvm_memslots_have_rmaps(kvm)) flush = __kvm_rmap_zap_gfn_range(...);
	...>
}
