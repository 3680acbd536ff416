// SPDX-License-Identifier: GPL-2.0
// Breaks: mbind takes any mode.
// Origin: plausible
// Behaviours: CREATE-12
// File: mm/mempolicy.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
sanitize_mpol_flags(...)
{
	<...
	if ((unsigned int)(*mode) >= MPOL_MAX)
-		return -EINVAL;
+		*mode = MPOL_PREFERRED;
	...>
}
