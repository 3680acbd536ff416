// SPDX-License-Identifier: GPL-2.0
// Breaks: fallocate takes a length of zero.
// Origin: plausible
// Behaviours: FALLOC-2
// File: fs/open.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
vfs_fallocate(...)
{
	<...
-	offset < 0 || len <= 0
+	offset < 0 || len < 0
	...>
}
