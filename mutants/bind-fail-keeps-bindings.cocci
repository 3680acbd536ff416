// SPDX-License-Identifier: GPL-2.0
// Breaks: A binding that ran out of memory leaves parts of it.
// Origin: plausible
// Behaviours: BIND-14
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.3

@@
@@
kvm_gmem_commit_memory_region(...)
{
	<...
-	if (r)
-		xa_store_range(&f->bindings, start, end - 1, NULL, GFP_KERNEL);
	...>
}
