// SPDX-License-Identifier: GPL-2.0
// Breaks: Faults in the range are not held off while attributes change.
// Origin: plausible
// Behaviours: ATTR-9 EXIT-13
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_pre_set_memory_attributes(...)
{
	<...
-	kvm_mmu_invalidate_range_add(kvm, range->start, range->end);
+	kvm_mmu_invalidate_range_add(kvm, range->end, range->end);
	...>
}
