// SPDX-License-Identifier: GPL-2.0
// Breaks: A large page over the end of a range that is being converted may be installed.
// Origin: plausible
// Behaviours: ATTR-7 ATTR-9
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_arch_pre_set_memory_attributes(...)
{
	<...
-	kvm_mmu_invalidate_range_add(kvm, end, end + nr_pages);
+	;
	...>
}
