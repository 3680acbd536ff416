// SPDX-License-Identifier: GPL-2.0
// Breaks: Each fault of the host clears the page.
// Origin: plausible
// Behaviours: FALLOC-8
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_fault_user_mapping(...)
{
	<...
-	!folio_test_uptodate(folio)
+	1
	...>
}
