// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot may not reach to the end of its file.
// Origin: plausible
// Behaviours: BIND-3
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_gmem_prepare_memory_region, kvm_gmem_bind };
@@
fn(...)
{
	<...
-	offset + size > i_size_read(inode)
+	offset + size >= i_size_read(inode)
	...>
}
