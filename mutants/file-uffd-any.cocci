// SPDX-License-Identifier: GPL-2.0
// Breaks: userfaultfd takes any mapping.
// Origin: plausible
// Behaviours: CREATE-11
// File: mm/userfaultfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
vma_can_userfault(...)
{
	<...
	if (!ops)
-		return false;
+		return true;
	...>
}
