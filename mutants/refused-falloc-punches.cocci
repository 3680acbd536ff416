// SPDX-License-Identifier: GPL-2.0
// Breaks: A hole that is not aligned is refused, but punched, in whole pages.
// Origin: plausible
// Behaviours: FALLOC-2
// File: virt/kvm/guest_memfd.c
// Places: 2
// Kernels: 7.3

@@
@@
kvm_gmem_fallocate(...)
{
	<...
	if (!PAGE_ALIGNED(offset) || !PAGE_ALIGNED(len))
-		return -EINVAL;
+	{
+		if (mode & FALLOC_FL_PUNCH_HOLE)
+			kvm_gmem_punch_hole(file_inode(file), offset & PAGE_MASK, PAGE_ALIGN(len));
+		return -EINVAL;
+	}
	...>
}
