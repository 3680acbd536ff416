// SPDX-License-Identifier: GPL-2.0
// Breaks: Punching a hole frees nothing.
// Origin: plausible
// Behaviours: ATTR-6 PREFAULT-3
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_punch_hole(...)
{
	<...
-	truncate_inode_pages_range(inode->i_mapping, offset, offset + len - 1);
	...>
}
