// SPDX-License-Identifier: GPL-2.0
// Breaks: A file that is closed under its slots leaves the memory of its bindings.
// Origin: plausible
// Behaviours: CREATE-9 BIND-8
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
expression file;
@@
kvm_gmem_release(...)
{
	<...
-	xa_destroy(&file->bindings);
	...>
}
