// SPDX-License-Identifier: GPL-2.0
// Breaks: Nobody is charged for the inodes of files.
// Origin: plausible
// Behaviours: CREATE-10
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_init(...)
{
	<...
	kvm_gmem_inode_cachep = kmem_cache_create(...,
-	SLAB_ACCOUNT
+	0
	);
	...>
}
