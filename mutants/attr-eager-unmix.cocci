// SPDX-License-Identifier: GPL-2.0
// Breaks: Sharing a page again allows the large page, whatever its other pages are.
// Origin: plausible
// Behaviours: ATTR-7
// File: arch/x86/kvm/mmu/mmu.c
// Places: 2
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_arch_post_set_memory_attributes(...)
{
	<...
-	hugepage_has_attrs(kvm, slot, gfn, level, attrs)
+	(!attrs || hugepage_has_attrs(kvm, slot, gfn, level, attrs))
	...>
}
