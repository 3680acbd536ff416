// SPDX-License-Identifier: GPL-2.0
// Breaks: An allocation that runs out of memory gives back what it got.
// Origin: plausible
// Behaviours: FALLOC-3
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_allocate(...)
{
	<...
	r = PTR_ERR(folio);
+	truncate_inode_pages_range(mapping, offset, offset + len - 1);
	...>
}
