// SPDX-License-Identifier: GPL-2.0
// Breaks: userfaultfd's asynchronous write protection is refused.
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
-	if (wp_async && (vm_flags == VM_UFFD_WP))
-		return true;
	...>
}
