// SPDX-License-Identifier: GPL-2.0
// Breaks: mmap allocates the first page.
// Origin: plausible
// Behaviours: CREATE-7
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_mmap(...)
{
	<...
+	struct folio *folio = kvm_gmem_get_folio(file_inode(file), vma->vm_pgoff);
+	if (!IS_ERR(folio)) {
+		folio_unlock(folio);
+		folio_put(folio);
+	}
	vma->vm_ops = &kvm_gmem_vm_ops;
	...>
}
