// SPDX-License-Identifier: GPL-2.0
// Breaks: A file that could not be made keeps its descriptor's number.
// Origin: plausible
// Behaviours: CREATE-2
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
__kvm_gmem_create(...)
{
	<...
-	put_unused_fd(fd);
	...>
}
