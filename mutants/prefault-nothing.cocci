// SPDX-License-Identifier: GPL-2.0
// Breaks: Pre-fault succeeds and maps nothing.
// Origin: plausible
// Behaviours: PREFAULT-2 PREFAULT-3
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_tdp_page_prefault, kvm_tdp_map_page };
@@
fn(...)
{
	<...
+	if (vcpu)
+		return 0;
	if (vcpu->arch.mmu->page_fault != kvm_tdp_page_fault) return -EOPNOTSUPP;
	...>
}
