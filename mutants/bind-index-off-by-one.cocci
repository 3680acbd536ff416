// SPDX-License-Identifier: GPL-2.0
// Breaks: Each fault uses the next page of the file.
// Origin: plausible
// Behaviours: BIND-5
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_get_index(...)
{
	<...
-	return gfn - slot->base_gfn + slot->gmem.pgoff;
+	return gfn - slot->base_gfn + slot->gmem.pgoff + 1;
	...>
}
