// SPDX-License-Identifier: GPL-2.0
// Breaks: Punching past the end of the file is refused.
// Origin: plausible
// Behaviours: FALLOC-2 FALLOC-4
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_punch_hole(...)
{
	<...
+	if (offset + len > i_size_read(inode))
+		return -EINVAL;
	filemap_invalidate_lock(inode->i_mapping);
	...>
}
