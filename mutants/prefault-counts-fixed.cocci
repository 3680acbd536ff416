// SPDX-License-Identifier: GPL-2.0
// Breaks: Pre-fault counts as a fault that was fixed.
// Origin: undoes "KVM: x86/mmu: Account pf_{fixed,emulate,spurious} in callers of "do page fault""
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
+	if (r == RET_PF_FIXED)
+		vcpu->stat.pf_fixed++;
	...>
}
