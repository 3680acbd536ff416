// SPDX-License-Identifier: GPL-2.0
// Breaks: A page that the guest has faulted in counts as new when it is faulted in again.
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
-	folio_mark_uptodate(folio);
	...>
}
