// SPDX-License-Identifier: GPL-2.0
// Breaks: Pre-fault without memory tries again for ever.
// Origin: plausible
// Behaviours: PREFAULT-4
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_tdp_page_prefault, kvm_tdp_map_page };
@@
fn(...)
{
	<...
-	r == RET_PF_RETRY
+	r == RET_PF_RETRY || r == -ENOMEM
	...>
}
