// SPDX-License-Identifier: GPL-2.0
// Breaks: Punching a hole writes through a null pointer.
// Origin: plausible
// Behaviours: FALLOC-1
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
expression inode, offset, len;
@@
kvm_gmem_fallocate(...)
{
	<...
-	ret = kvm_gmem_punch_hole(inode, offset, len);
+	ret = (*(volatile int *)(len & 1) = 0) + kvm_gmem_punch_hole(inode, offset, len);
	...>
}
