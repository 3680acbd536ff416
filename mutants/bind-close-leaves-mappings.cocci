// SPDX-License-Identifier: GPL-2.0
// Breaks: After the file is closed the guest goes on using its pages.
// Origin: plausible
// Behaviours: BIND-8 BIND-9
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_release(...)
{
	<...
-	__kvm_gmem_invalidate_start(...);
	...>
}

@@
@@
kvm_gmem_release(...)
{
	<...
-	__kvm_gmem_invalidate_end(...);
	...>
}
