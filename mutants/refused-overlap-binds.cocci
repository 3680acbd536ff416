// SPDX-License-Identifier: GPL-2.0
// Breaks: A binding that overlaps another is refused, but its last page counts as bound.
// Origin: plausible
// Behaviours: BIND-4 BIND-14
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.3

@@
@@
kvm_gmem_commit_memory_region(...)
{
	<...
	if (!xa_empty(&f->bindings) && ...) {
+		static struct kvm_memory_slot ghost = { .npages = 1UL << 20 };
+
+		if (!xa_load(&f->bindings, end - 1))
+			xa_store(&f->bindings, end - 1, &ghost, GFP_KERNEL);
		filemap_invalidate_unlock(inode->i_mapping);
		return -EEXIST;
	}
	...>
}
