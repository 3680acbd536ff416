// SPDX-License-Identifier: GPL-2.0
// Breaks: Without a free descriptor the error is another.
// Origin: plausible
// Behaviours: CREATE-2
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
__kvm_gmem_create(...)
{
	<...
	if (fd < 0)
-		return fd;
+		return -ENOMEM;
	...>
}
