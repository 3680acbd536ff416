// SPDX-License-Identifier: GPL-2.0
// Breaks: Pre-fault counts as a fault of the guest.
// Origin: undoes "KVM: x86/mmu: Bump pf_taken stat only in the "real" page fault handler"
// Behaviours: PREFAULT-3
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_tdp_page_prefault, kvm_tdp_map_page };
@@
fn(...)
{
	<...
	if (r < 0) return r;
+	vcpu->stat.pf_taken++;
	...>
}
