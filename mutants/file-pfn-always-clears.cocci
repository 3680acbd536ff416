// SPDX-License-Identifier: GPL-2.0
// Breaks: Each guest fault clears the page again.
// Origin: plausible
// Behaviours: FALLOC-3
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_get_pfn(...)
{
	<...
-	!folio_test_uptodate(folio)
+	1
	...>
}
