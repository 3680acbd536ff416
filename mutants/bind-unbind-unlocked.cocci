// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot that is deleted does not wait for a hole in its file that is half done.
// Origin: plausible
// Behaviours: BIND-9 FALLOC-5
// File: virt/kvm/guest_memfd.c
// Places: 2
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_unbind(...)
{
	<...
(
-	filemap_invalidate_lock(file->f_mapping);
|
-	filemap_invalidate_unlock(file->f_mapping);
)
	...>
}
