// SPDX-License-Identifier: GPL-2.0
// Breaks: Whoever allocates a page keeps a reference to its policy.
// Origin: plausible
// Behaviours: CREATE-9 CREATE-12
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_get_folio(...)
{
	<...
-	mpol_cond_put(policy);
	...>
}
