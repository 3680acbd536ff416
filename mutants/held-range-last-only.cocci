// SPDX-License-Identifier: GPL-2.0
// Breaks: Of several ranges that are being unmapped, only the last is held back.
// Origin: plausible
// Behaviours: ATTR-9 FALLOC-5 BIND-11
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_mmu_invalidate_range_add(...)
{
	<...
-	likely(kvm->mmu_invalidate_range_start == INVALID_GPA)
+	true
	...>
}
