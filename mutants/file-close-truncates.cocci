// SPDX-License-Identifier: GPL-2.0
// Breaks: Each close of a file descriptor frees all pages of the file.
// Origin: plausible
// Behaviours: CREATE-9
// File: virt/kvm/guest_memfd.c
// Places: 2
// Kernels: 7.2 7.3

@@
typedef fl_owner_t;
@@
+static int stub_flush(struct file *f, fl_owner_t id)
+{
+	truncate_inode_pages(f->f_mapping, 0);
+	return 0;
+}
+
static struct file_operations kvm_gmem_fops = {
	.mmap = kvm_gmem_mmap,
+	.flush = stub_flush,
};
