// SPDX-License-Identifier: GPL-2.0
// Breaks: fallocate fails once the VM has been closed.
// Origin: plausible
// Behaviours: CREATE-4 CREATE-9
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_fallocate(...)
{
	<...
+	if (refcount_read(&((struct gmem_file *)file->private_data)->kvm->users_count) < 2)
+		return -EIO;
	if (!(mode & FALLOC_FL_KEEP_SIZE)) return -EOPNOTSUPP;
	...>
}
