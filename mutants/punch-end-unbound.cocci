// SPDX-License-Identifier: GPL-2.0
// Breaks: A hole that no slot has ends an invalidation that was not begun.
// Origin: plausible
// Behaviours: FALLOC-4
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
__kvm_gmem_invalidate_end(...)
{
	<...
-	xa_find(&f->bindings, &start, end - 1, XA_PRESENT)
+	!xa_empty(&f->bindings)
	...>
}
