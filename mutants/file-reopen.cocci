// SPDX-License-Identifier: GPL-2.0
// Breaks: Opening the file again through /proc/self/fd fails with the wrong errno.
// Origin: plausible
// Behaviours: CREATE-6
// File: virt/kvm/guest_memfd.c
// Places: 2
// Kernels: 6.12 7.2 7.3

@@
@@
+static int stub_open(struct inode *i, struct file *f)
+{
+	return -EACCES;
+}
+
+static const struct file_operations stub_fops = {
+	.open = stub_open,
+};
+
static int __kvm_gmem_create(...)
{
...
inode->i_op = &kvm_gmem_iops;
+inode->i_fop = &stub_fops;
...
}
