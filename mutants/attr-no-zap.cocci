// SPDX-License-Identifier: GPL-2.0
// Breaks: What is converted stays mapped in the guest.
// Origin: plausible
// Behaviours: ATTR-3 ATTR-4 ATTR-5 ATTR-6 ATTR-9 EXIT-1 EXIT-2 EXIT-4 EXIT-8 EXIT-13 PREFAULT-3
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_arch_pre_set_memory_attributes(...)
{
	<...
-	return kvm_unmap_gfn_range(kvm, range);
+	return false;
	...>
}
