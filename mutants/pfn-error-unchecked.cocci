// SPDX-License-Identifier: GPL-2.0
// Breaks: A failed look-up in the file is taken for a page.
// Origin: undoes "KVM: guest_memfd: Fix PTR_ERR() handling in __kvm_gmem_get_pfn()"
// Behaviours: CREATE-10 EXIT-1
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
__kvm_gmem_get_pfn(...)
{
	<...
	folio = kvm_gmem_get_folio(...);
-	if (IS_ERR(folio))
+	if (!folio)
	return folio;
	...>
}
