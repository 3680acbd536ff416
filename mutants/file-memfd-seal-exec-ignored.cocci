// SPDX-License-Identifier: GPL-2.0
// Breaks: F_SEAL_EXEC is ignored.
// Origin: plausible
// Behaviours: CREATE-13
// File: mm/shmem.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
shmem_setattr(...)
{
	<...
-	info->seals & F_SEAL_EXEC
+	0
	...>
}
