// SPDX-License-Identifier: GPL-2.0
// Breaks: Faults are let in again before a hole's pages are freed.
// Origin: plausible
// Behaviours: FALLOC-4 FALLOC-5
// File: virt/kvm/guest_memfd.c
// Places: 2
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_punch_hole(...)
{
	<...
-	truncate_inode_pages_range(inode->i_mapping, offset, offset + len - 1);
-	kvm_gmem_invalidate_end(inode, start, end);
+	kvm_gmem_invalidate_end(inode, start, end);
+	truncate_inode_pages_range(inode->i_mapping, offset, offset + len - 1);
	...>
}
