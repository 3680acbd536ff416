// SPDX-License-Identifier: GPL-2.0
// Breaks: Two slots must not use the same range of two files.
// Origin: plausible
// Behaviours: BIND-4
// File: virt/kvm/guest_memfd.c
// Places: 4
// Kernels: 7.3

@@
@@
+static struct xarray all_bindings = XARRAY_INIT(all_bindings, 0);
+
int kvm_gmem_commit_memory_region(...)
{
...
if (
-	!xa_empty(&f->bindings) && xa_find(&f->bindings, &start, end - 1, XA_PRESENT)
+	xa_find(&all_bindings, &start, end - 1, XA_PRESENT)
	) { ... }
r = xa_err(xa_store_range(&f->bindings, start, end - 1, slot, GFP_KERNEL));
+xa_store_range(&all_bindings, start, end - 1, slot, GFP_KERNEL);
...
}

@@
@@
kvm_gmem_unbind(...)
{
	<...
+	xa_store_range(&all_bindings, start, end - 1, NULL, GFP_KERNEL);
	if (!file) return;
	...>
}
