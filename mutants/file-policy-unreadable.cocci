// SPDX-License-Identifier: GPL-2.0
// Breaks: get_mempolicy does not see the file's policy.
// Origin: plausible
// Behaviours: CREATE-12
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_get_policy(...)
{
	<...
-	return mpol_shared_policy_lookup(&GMEM_I(inode)->policy, pgoff);
+	return NULL;
	...>
}
