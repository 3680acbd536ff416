// SPDX-License-Identifier: GPL-2.0
// Breaks: Pre-fault succeeds where there is no slot.
// Origin: plausible
// Behaviours: PREFAULT-1
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_tdp_page_prefault, kvm_tdp_map_page };
@@
fn(...)
{
	<...
-	return -ENOENT;
+	return 0;
	...>
}
