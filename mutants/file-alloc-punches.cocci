// SPDX-License-Identifier: GPL-2.0
// Breaks: Allocation throws away what was there.
// Origin: plausible
// Behaviours: FALLOC-3
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_fallocate(...)
{
	<...
-	ret = kvm_gmem_allocate(file_inode(file), offset, len);
+	ret = kvm_gmem_punch_hole(file_inode(file), offset, len) ?: kvm_gmem_allocate(file_inode(file), offset, len);
	...>
}
