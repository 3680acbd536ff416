// SPDX-License-Identifier: GPL-2.0
// Breaks: Whether 1G is mixed is a question to its parts only, not of what they are.
// Origin: plausible
// Behaviours: ATTR-7
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
hugepage_has_attrs(...)
{
	<...
-	hugepage_test_mixed(slot, gfn, level - 1) || attrs != kvm_get_memory_attributes(kvm, gfn)
+	hugepage_test_mixed(slot, gfn, level - 1)
	...>
}
