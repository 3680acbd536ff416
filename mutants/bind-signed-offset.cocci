// SPDX-License-Identifier: GPL-2.0
// Breaks: An offset near the end of the address space is taken for a negative one.
// Origin: undoes "KVM: guest_memfd: Treat memslot binding offset+size as unsigned values"
// Behaviours: BIND-3
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_gmem_prepare_memory_region, kvm_gmem_bind };
typedef loff_t;
@@
fn(...)
{
	<...
-	offset + size > i_size_read(inode)
+	(loff_t)(offset + size) > i_size_read(inode)
	...>
}
