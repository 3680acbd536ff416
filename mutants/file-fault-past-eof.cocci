// SPDX-License-Identifier: GPL-2.0
// Breaks: The host may map pages behind the end of the file.
// Origin: plausible
// Behaviours: CREATE-7
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
typedef loff_t;
@@
kvm_gmem_fault_user_mapping(...)
{
	<...
-	if (((loff_t)vmf->pgoff << PAGE_SHIFT) >= i_size_read(inode))
-		return VM_FAULT_SIGBUS;
	...>
}
