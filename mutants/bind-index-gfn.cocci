// SPDX-License-Identifier: GPL-2.0
// Breaks: The page of the file is found by the guest's frame number.
// Origin: undoes "KVM: guest_memfd: Pass index, not gfn, to __kvm_gmem_get_pfn()"
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
+	return gfn;
	...>
}
