// SPDX-License-Identifier: GPL-2.0
// Breaks: Allocation past the end of the file is cut off instead of refused.
// Origin: plausible
// Behaviours: FALLOC-2
// File: virt/kvm/guest_memfd.c
// Places: 2
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_allocate(...)
{
	<...
-	if (offset + len > i_size_read(inode))
-		return -EINVAL;
+	if (offset >= i_size_read(inode))
+		return 0;
+	if (offset + len > i_size_read(inode))
+		len = i_size_read(inode) - offset;
	...>
}
