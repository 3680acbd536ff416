// SPDX-License-Identifier: GPL-2.0
// Breaks: Punching a hole frees the whole file.
// Origin: plausible
// Behaviours: FALLOC-4
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
typedef loff_t;
typedef pgoff_t;
@@
static long kvm_gmem_punch_hole(struct inode *inode, loff_t offset, loff_t len)
{
-pgoff_t start = offset >> PAGE_SHIFT;
-pgoff_t end = (offset + len) >> PAGE_SHIFT;
+pgoff_t start = (offset = 0) >> PAGE_SHIFT;
+pgoff_t end = (len = i_size_read(inode)) >> PAGE_SHIFT;
...
}
