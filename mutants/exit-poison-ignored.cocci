// SPDX-License-Identifier: GPL-2.0
// Breaks: The guest may use poisoned pages.
// Origin: plausible
// Behaviours: EXIT-6
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
__kvm_gmem_get_pfn(...)
{
	<...
-	folio_test_hwpoison(folio)
+	0
	...>
}
