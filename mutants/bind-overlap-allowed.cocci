// SPDX-License-Identifier: GPL-2.0
// Breaks: Two slots may use the same pages.
// Origin: plausible
// Behaviours: BIND-4 BIND-9 BIND-14
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
identifier fn = { kvm_gmem_commit_memory_region, kvm_gmem_bind };
@@
fn(...)
{
	<...
-	!xa_empty(&f->bindings)
+	0
	...>
}
