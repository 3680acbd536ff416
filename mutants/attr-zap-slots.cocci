// SPDX-License-Identifier: GPL-2.0
// Breaks: Converting a page unmaps its whole slot.
// Origin: plausible
// Behaviours: ATTR-5
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_arch_pre_set_memory_attributes(...)
{
	<...
+	range->start = slot->base_gfn;
+	range->end = slot->base_gfn + slot->npages;
	return kvm_unmap_gfn_range(kvm, range);
	...>
}
