// SPDX-License-Identifier: GPL-2.0
// Breaks: MFD_NOEXEC_SEAL is ignored.
// Origin: plausible
// Behaviours: CREATE-13
// File: mm/memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
memfd_alloc_file(...)
{
	<...
-	flags & MFD_NOEXEC_SEAL
+	0
	...>
}
