// SPDX-License-Identifier: GPL-2.0
// Breaks: The policies of a file stay when it goes.
// Origin: plausible
// Behaviours: CREATE-9 CREATE-12
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_destroy_inode(...)
{
	<...
-	mpol_free_shared_policy(&GMEM_I(inode)->policy);
+	(void)inode;
	...>
}
