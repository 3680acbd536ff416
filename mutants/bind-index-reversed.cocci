// SPDX-License-Identifier: GPL-2.0
// Breaks: The pages of a slot are used back to front.
// Origin: plausible
// Behaviours: FALLOC-5 BIND-5 BIND-10
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_get_index(...)
{
	<...
-	return gfn - slot->base_gfn + slot->gmem.pgoff;
+	return slot->gmem.pgoff + slot->npages - 1 - (gfn - slot->base_gfn);
	...>
}
