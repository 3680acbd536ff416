// SPDX-License-Identifier: GPL-2.0
// Breaks: Without a policy of the file, that of the thread is not used.
// Origin: plausible
// Behaviours: CREATE-12
// File: virt/kvm/guest_memfd.c
// Places: 2
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_get_folio(...)
{
	<...
+	struct mempolicy *own = current->mempolicy;
+	current->mempolicy = NULL;
	folio = __filemap_get_folio_mpol(...);
+	current->mempolicy = own;
	...>
}
