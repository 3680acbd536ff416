// SPDX-License-Identifier: GPL-2.0
// Breaks: KVM keeps its own mapping of a page that the host took away.
// Origin: plausible
// Behaviours: FALLOC-5
// File: virt/kvm/pfncache.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
gfn_to_pfn_cache_invalidate_start(...)
{
	<...
-	gpc->valid = false;
+	barrier();
	...>
}
