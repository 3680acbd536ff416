// SPDX-License-Identifier: GPL-2.0
// Breaks: A guest gets new pages as they are, with old data.
// Origin: plausible
// Behaviours: FALLOC-3 FALLOC-4 FALLOC-5 FALLOC-7
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_get_pfn(...)
{
	<...
-	clear_highpage(folio_page(folio, 0));
	...>
}
