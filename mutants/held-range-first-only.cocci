// SPDX-License-Identifier: GPL-2.0
// Breaks: Of several ranges that are being unmapped, only the first is held back.
// Origin: plausible
// Behaviours: ATTR-9 FALLOC-5 BIND-11
// File: virt/kvm/kvm_main.c
// Places: 2
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_mmu_invalidate_range_add(...)
{
	<...
(
-	min(kvm->mmu_invalidate_range_start, start)
+	kvm->mmu_invalidate_range_start
|
-	max(kvm->mmu_invalidate_range_end, end)
+	kvm->mmu_invalidate_range_end
)
	...>
}
