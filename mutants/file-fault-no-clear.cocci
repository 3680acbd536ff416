// SPDX-License-Identifier: GPL-2.0
// Breaks: The host maps new pages as they are, with old data.
// Origin: plausible
// Behaviours: CREATE-7 FALLOC-3
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_fault_user_mapping(...)
{
	<...
-	clear_highpage(folio_page(folio, 0));
	...>
}
