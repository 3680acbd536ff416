// SPDX-License-Identifier: GPL-2.0
// Breaks: MADV_REMOVE ignores where in the file the mapping begins.
// Origin: plausible
// Behaviours: FALLOC-8
// File: mm/madvise.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
typedef loff_t;
@@
madvise_remove(...)
{
	<...
(
-	(loff_t)vma_start_pgoff(vma) << PAGE_SHIFT
+	(loff_t)0
|
-	(loff_t)vma->vm_pgoff << PAGE_SHIFT
+	(loff_t)0
)
	...>
}
