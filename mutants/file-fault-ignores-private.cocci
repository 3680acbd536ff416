// SPDX-License-Identifier: GPL-2.0
// Breaks: The host may map private pages.
// Origin: undoes "KVM: guest_memfd: Add INIT_SHARED flag, reject user page faults if not set"
// Behaviours: CREATE-5 CREATE-7
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_fault_user_mapping(...)
{
	<...
(
-	if (!kvm_gmem_is_shared_mem(inode, vmf->pgoff))
-		return VM_FAULT_SIGBUS;
|
-	if (!(GMEM_I(inode)->flags & GUEST_MEMFD_FLAG_INIT_SHARED))
-		return VM_FAULT_SIGBUS;
)
	...>
}
