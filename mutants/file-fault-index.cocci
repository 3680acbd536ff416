// SPDX-License-Identifier: GPL-2.0
// Breaks: The host maps another page of the file.
// Origin: plausible
// Behaviours: CREATE-7
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_fault_user_mapping(...)
{
	<...
-	kvm_gmem_get_folio(inode, vmf->pgoff)
+	kvm_gmem_get_folio(inode, vmf->pgoff | 1)
	...>
}
