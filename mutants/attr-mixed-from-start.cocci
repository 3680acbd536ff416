// SPDX-License-Identifier: GPL-2.0
// Breaks: No large page may be used in a new slot.
// Origin: plausible
// Behaviours: ATTR-7
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_mmu_init_memslot_memory_attributes(...)
{
	<...
-	hugepage_has_attrs(kvm, slot, gfn, level, attrs)
+	0
	...>
}
