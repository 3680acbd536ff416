// SPDX-License-Identifier: GPL-2.0
// Breaks: The inode is put on the super block's list, so that dropping caches reaches it.
// Origin: plausible
// Behaviours: FALLOC-8
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
__kvm_gmem_create(...)
{
	<...
+	inode_sb_list_add(inode);
	inode->i_op = &kvm_gmem_iops;
	...>
}
