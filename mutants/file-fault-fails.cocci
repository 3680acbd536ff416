// SPDX-License-Identifier: GPL-2.0
// Breaks: The host may map no page at all.
// Origin: plausible
// Behaviours: CREATE-5
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_fault_user_mapping(...)
{
	<...
(
-	!kvm_gmem_is_shared_mem(inode, vmf->pgoff)
+	1
|
-	!(GMEM_I(inode)->flags & GUEST_MEMFD_FLAG_INIT_SHARED)
+	1
)
	...>
}
