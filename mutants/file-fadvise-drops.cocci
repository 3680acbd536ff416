// SPDX-License-Identifier: GPL-2.0
// Breaks: POSIX_FADV_DONTNEED drops pages of files that have no backing store.
// Origin: plausible
// Behaviours: FALLOC-8
// File: mm/fadvise.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
generic_fadvise(...)
{
	<...
-	IS_DAX(inode) || (bdi == &noop_backing_dev_info)
+	IS_DAX(inode)
	...>
}
