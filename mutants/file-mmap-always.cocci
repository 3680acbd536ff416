// SPDX-License-Identifier: GPL-2.0
// Breaks: Files without the MMAP flag can be mapped.
// Origin: plausible
// Behaviours: CREATE-7
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_mmap(...)
{
	<...
-	if (!kvm_gmem_supports_mmap(file_inode(file)))
-		return -ENODEV;
	...>
}
