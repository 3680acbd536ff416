// SPDX-License-Identifier: GPL-2.0
// Breaks: Mapping a file without the MMAP flag gives another errno.
// Origin: plausible
// Behaviours: CREATE-7
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_mmap(...)
{
	<...
-	return -ENODEV;
+	return -EACCES;
	...>
}
