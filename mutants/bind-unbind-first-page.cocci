// SPDX-License-Identifier: GPL-2.0
// Breaks: Deleting a slot unbinds only its first page.
// Origin: plausible
// Behaviours: BIND-7
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
identifier fn = { kvm_gmem_unbind, __kvm_gmem_unbind };
@@
fn(...)
{
	<...
-	xa_store_range(&f->bindings, start, end - 1, NULL, GFP_KERNEL);
+	xa_store_range(&f->bindings, start, start, NULL, GFP_KERNEL);
	...>
}
