// SPDX-License-Identifier: GPL-2.0
// Breaks: The last page of a slot is not bound.
// Origin: plausible
// Behaviours: BIND-5
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.3

@@
@@
kvm_gmem_commit_memory_region(...)
{
	<...
	r = xa_err(xa_store_range(&f->bindings, start,
-	end - 1,
+	end - (end - start > 1 ? 2 : 1),
	slot, GFP_KERNEL));
	...>
}
