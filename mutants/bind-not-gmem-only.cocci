// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot on a file that can be mapped takes shared memory from its address.
// Origin: plausible
// Behaviours: BIND-13
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
identifier fn = { kvm_gmem_prepare_memory_region, kvm_gmem_bind };
@@
fn(...)
{
	<...
-	if (kvm_gmem_supports_mmap(inode))
-		slot->flags |= KVM_MEMSLOT_GMEM_ONLY;
	...>
}
