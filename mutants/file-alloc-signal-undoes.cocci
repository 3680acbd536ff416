// SPDX-License-Identifier: GPL-2.0
// Breaks: A signal undoes the allocation so far.
// Origin: plausible
// Behaviours: FALLOC-6
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_allocate(...)
{
	<...
	r = -EINTR;
+	truncate_inode_pages_range(mapping, offset, offset + len - 1);
	...>
}
