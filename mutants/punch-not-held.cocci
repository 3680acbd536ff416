// SPDX-License-Identifier: GPL-2.0
// Breaks: Faults in a hole are not held off while it is made.
// Origin: plausible
// Behaviours: FALLOC-4 FALLOC-5
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_mmu_unmap_gfn_range(...)
{
	<...
-	kvm_mmu_invalidate_range_add(kvm, range->start, range->end);
+	kvm_mmu_invalidate_range_add(kvm, range->end, range->end);
	...>
}
