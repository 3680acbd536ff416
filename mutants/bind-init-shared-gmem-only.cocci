// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot on a file that begins as shared has no other memory, though nobody can map it.
// Origin: plausible
// Behaviours: BIND-12
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
identifier fn = { kvm_gmem_prepare_memory_region, kvm_gmem_bind };
@@
fn(...)
{
	<...
-	kvm_gmem_supports_mmap(inode)
+	GMEM_I(inode)->flags
	...>
}
