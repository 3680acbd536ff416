// SPDX-License-Identifier: GPL-2.0
// Breaks: A range of 1G is always found mixed.
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
-	return true;
+	return false;
	...>
}
