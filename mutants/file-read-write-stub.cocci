// SPDX-License-Identifier: GPL-2.0
// Breaks: The file has read, write, seek and sync operations that do nothing.
// Origin: plausible
// Behaviours: CREATE-5
// File: virt/kvm/guest_memfd.c
// Places: 2
// Kernels: 7.2 7.3

@@
@@
+static ssize_t stub(struct kiocb *i, struct iov_iter *t)
+{
+	return 0;
+}
+
static struct file_operations kvm_gmem_fops = {
	.mmap = kvm_gmem_mmap,
+	.read_iter = stub,
+	.write_iter = stub,
+	.llseek = noop_llseek,
+	.fsync = noop_fsync,
};
