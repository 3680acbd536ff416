// SPDX-License-Identifier: GPL-2.0
// Breaks: The descriptor is close-on-exec, the mode has permission bits, the file system another magic number.
// Origin: plausible
// Behaviours: CREATE-4
// File: virt/kvm/guest_memfd.c
// Places: 3
// Kernels: 7.2 7.3

@@
@@
__kvm_gmem_create(...)
{
	<...
-	get_unused_fd_flags(0)
+	get_unused_fd_flags(O_CLOEXEC)
	...>
}

@@
@@
__kvm_gmem_create(...)
{
	<...
-	inode->i_mode |= S_IFREG;
+	inode->i_mode |= S_IFREG | 0044;
	...>
}

@@
@@
kvm_gmem_init_fs_context(...)
{
	<...
-	init_pseudo(fc, GUEST_MEMFD_MAGIC)
+	init_pseudo(fc, 0x1234)
	...>
}
