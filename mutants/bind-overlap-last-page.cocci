// SPDX-License-Identifier: GPL-2.0
// Breaks: Two slots may share the last page.
// Origin: plausible
// Behaviours: BIND-4
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
identifier fn = { kvm_gmem_commit_memory_region, kvm_gmem_bind };
@@
fn(...)
{
	<...
-	xa_find(&f->bindings, &start, end - 1, XA_PRESENT)
+	xa_find(&f->bindings, &start, end - 2, XA_PRESENT)
	...>
}
