// SPDX-License-Identifier: GPL-2.0
// Breaks: When memory is short, pages of the file are dropped as clean page cache.
// Origin: plausible
// Behaviours: BIND-17
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
__kvm_gmem_create(...)
{
	<...
-	mapping_set_inaccessible(inode->i_mapping);
+	set_bit(AS_INACCESSIBLE, &inode->i_mapping->flags);
	...
-	WARN_ON_ONCE(!mapping_unevictable(inode->i_mapping));
	...>
}
