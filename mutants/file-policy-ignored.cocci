// SPDX-License-Identifier: GPL-2.0
// Breaks: The policy set by mbind does not matter.
// Origin: plausible
// Behaviours: CREATE-12
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_get_folio(...)
{
	<...
	folio = __filemap_get_folio_mpol(...,
-	policy
+	NULL
	);
	...>
}
