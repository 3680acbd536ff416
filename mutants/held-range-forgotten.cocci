// SPDX-License-Identifier: GPL-2.0
// Breaks: The beginning of one invalidation forgets the range of another that goes on.
// Origin: plausible
// Behaviours: ATTR-9 FALLOC-5 BIND-11
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_mmu_invalidate_start, kvm_mmu_invalidate_begin };
@@
fn(...)
{
	<...
-	likely(kvm->mmu_invalidate_in_progress == 1)
+	true
	...>
}
