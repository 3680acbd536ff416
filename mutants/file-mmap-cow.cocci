// SPDX-License-Identifier: GPL-2.0
// Breaks: The file can be mapped copy-on-write.
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
-	if ((vma->vm_flags & (VM_SHARED | VM_MAYSHARE)) != (VM_SHARED | VM_MAYSHARE)) {
-		return -EINVAL;
-	}
	...>
}
