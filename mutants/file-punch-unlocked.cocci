// SPDX-License-Identifier: GPL-2.0
// Breaks: While a hole is half done, slots can be bound to its file and deleted.
// Origin: plausible
// Behaviours: BIND-9 FALLOC-5
// File: virt/kvm/guest_memfd.c
// Places: 2
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_punch_hole(...)
{
	<...
(
-	filemap_invalidate_lock(inode->i_mapping);
|
-	filemap_invalidate_unlock(inode->i_mapping);
)
	...>
}
