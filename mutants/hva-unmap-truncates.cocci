// SPDX-License-Identifier: GPL-2.0
// Breaks: When the host unmaps shared memory, private memory is freed.
// Origin: plausible
// Behaviours: BIND-11
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_unmap_gfn_range(...)
{
	<...
+	if (range->slot && (range->slot->flags & KVM_MEM_GUEST_MEMFD) && range->slot->gmem.file && !range->lockless && range->attr_filter == KVM_FILTER_SHARED)
+		truncate_inode_pages_range(range->slot->gmem.file->f_mapping, 0, -1);
	if (kvm_memslots_have_rmaps(kvm)) flush = __kvm_rmap_zap_gfn_range(...);
	...>
}
