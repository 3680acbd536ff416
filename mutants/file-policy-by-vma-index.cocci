// SPDX-License-Identifier: GPL-2.0
// Breaks: get_mempolicy looks at the wrong page of the file.
// Origin: plausible
// Behaviours: CREATE-12
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_get_policy(...)
{
	<...
(
-	linear_page_index(vma, addr)
+	((addr - vma->vm_start) >> PAGE_SHIFT)
|
-	vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT)
+	((addr - vma->vm_start) >> PAGE_SHIFT)
)
	...>
}
