// SPDX-License-Identifier: GPL-2.0
// Breaks: Freeing a page unmaps the whole slot from the guest.
// Origin: plausible
// Behaviours: FALLOC-5
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { __kvm_gmem_invalidate_start, kvm_gmem_invalidate_begin };
@@
fn(...)
{
	<...
-	slot->base_gfn + max(pgoff, start) - pgoff
+	slot->base_gfn
	...>
}

@@
identifier fn = { __kvm_gmem_invalidate_start, kvm_gmem_invalidate_begin };
@@
fn(...)
{
	<...
-	slot->base_gfn + min(pgoff + slot->npages, end) - pgoff
+	slot->base_gfn + slot->npages
	...>
}
