// SPDX-License-Identifier: GPL-2.0
// Breaks: The last of several converted pages stays mapped in the guest.
// Origin: plausible
// Behaviours: ATTR-9
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_arch_pre_set_memory_attributes(...)
{
	<...
+	if (range->end > range->start + 1)
+		range->end--;
	return kvm_unmap_gfn_range(kvm, range);
	...>
}
