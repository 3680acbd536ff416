// SPDX-License-Identifier: GPL-2.0
// Breaks: A page of a file is mapped as if its large page were contiguous.
// Origin: plausible
// Behaviours: ATTR-7 BIND-11
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
__kvm_gmem_get_pfn(...)
{
	<...
-	*max_order = 0;
+	*max_order = 9;
	...>
}
