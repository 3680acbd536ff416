// SPDX-License-Identifier: GPL-2.0
// Breaks: MADV_COLLAPSE works on guest_memfd.
// Origin: undoes "mm: thp: deny THP for files on anonymous inodes"
// Behaviours: FALLOC-8
// File: mm/huge_memory.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
file_thp_enabled(...)
{
	<...
-	if (IS_ANON_FILE(inode))
-		return false;
	...>
}

@@
@@
file_thp_enabled(...)
{
	<...
-	if (!mapping_pmd_folio_support(vma->vm_file->f_mapping))
-		return false;
	...>
}
