// SPDX-License-Identifier: GPL-2.0
// Breaks: Allocation up to the end of the file is refused.
// Origin: plausible
// Behaviours: FALLOC-2
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_allocate(...)
{
	<...
-	offset + len > i_size_read(inode)
+	offset + len >= i_size_read(inode)
	...>
}
