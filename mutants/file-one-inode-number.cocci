// SPDX-License-Identifier: GPL-2.0
// Breaks: All files have the same inode number.
// Origin: plausible
// Behaviours: CREATE-4
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
__kvm_gmem_create(...)
{
	<...
	inode->i_size = size;
+	inode->i_ino = 7;
	...>
}
