// SPDX-License-Identifier: GPL-2.0
// Breaks: Deleting a slot frees its pages.
// Origin: plausible
// Behaviours: BIND-7 BIND-9
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.3

@@
typedef loff_t;
@@
kvm_gmem_unbind(...)
{
	<...
+	truncate_inode_pages_range(file->f_mapping, (loff_t)start << PAGE_SHIFT, ((loff_t)end << PAGE_SHIFT) - 1);
	xa_store_range(&f->bindings, start, end - 1, NULL, GFP_KERNEL);
	...>
}
