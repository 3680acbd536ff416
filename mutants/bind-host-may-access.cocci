// SPDX-License-Identifier: GPL-2.0
// Breaks: The host may map private pages of a bound file.
// Origin: plausible
// Behaviours: BIND-13
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_fault_user_mapping(...)
{
	<...
(
-	!kvm_gmem_is_shared_mem(inode, vmf->pgoff)
+	!kvm_gmem_is_shared_mem(inode, vmf->pgoff) && xa_empty(&((struct gmem_file *)vmf->vma->vm_file->private_data)->bindings)
|
-	!(GMEM_I(inode)->flags & GUEST_MEMFD_FLAG_INIT_SHARED)
+	!(GMEM_I(inode)->flags & GUEST_MEMFD_FLAG_INIT_SHARED) && xa_empty(&((struct gmem_file *)vmf->vma->vm_file->private_data)->bindings)
)
	...>
}
