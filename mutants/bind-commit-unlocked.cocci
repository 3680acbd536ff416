// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot that is bound does not wait for a hole in its file that is half done.
// Origin: plausible
// Behaviours: BIND-9 FALLOC-5
// File: virt/kvm/guest_memfd.c
// Places: 3
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_gmem_commit_memory_region, kvm_gmem_bind };
@@
fn(...)
{
	<...
(
-	filemap_invalidate_lock(inode->i_mapping);
|
-	filemap_invalidate_unlock(inode->i_mapping);
)
	...>
}
