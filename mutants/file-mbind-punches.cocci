// SPDX-License-Identifier: GPL-2.0
// Breaks: mbind frees all pages.
// Origin: plausible
// Behaviours: CREATE-12
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_set_policy(...)
{
	<...
+	truncate_inode_pages(inode->i_mapping, 0);
	return mpol_set_shared_policy(&GMEM_I(inode)->policy, vma, mpol);
	...>
}
