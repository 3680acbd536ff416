// SPDX-License-Identifier: GPL-2.0
// Breaks: A private mapping is refused, but its first page allocated.
// Origin: plausible
// Behaviours: CREATE-7
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.3

@@
@@
kvm_gmem_mmap(...)
{
	<...
	if ((vma->vm_flags & (VM_SHARED | VM_MAYSHARE)) != (VM_SHARED | VM_MAYSHARE)) {
+		struct folio *first = kvm_gmem_get_folio(file_inode(file), vma->vm_pgoff);
+
+		if (!IS_ERR(first)) {
+			folio_unlock(first);
+			folio_put(first);
+		}
		return -EINVAL;
	}
	...>
}
