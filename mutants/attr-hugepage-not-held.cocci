// SPDX-License-Identifier: GPL-2.0
// Breaks: A large page over pages that are being converted may be installed.
// Origin: undoes "KVM: x86/mmu: Prevent installing hugepages when mem attributes are changing"
// Behaviours: ATTR-7 ATTR-9
// File: arch/x86/kvm/mmu/mmu.c
// Places: 2
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_arch_pre_set_memory_attributes(...)
{
	<...
-	kvm_mmu_invalidate_range_add(kvm, start, start + nr_pages);
+	;
	...>
}

@@
@@
kvm_arch_pre_set_memory_attributes(...)
{
	<...
-	kvm_mmu_invalidate_range_add(kvm, end, end + nr_pages);
+	;
	...>
}
