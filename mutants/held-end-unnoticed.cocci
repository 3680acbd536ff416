// SPDX-License-Identifier: GPL-2.0
// Breaks: A fault does not notice an invalidation that began and ended in its midst.
// Origin: plausible
// Behaviours: ATTR-9 EXIT-13
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_mmu_invalidate_end(...)
{
	<...
-	kvm->mmu_invalidate_seq++;
	...>
}
