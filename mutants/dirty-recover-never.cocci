// SPDX-License-Identifier: GPL-2.0
// Breaks: What dirty logging had mapped small stays so when it ends.
// Origin: plausible
// Behaviours: EXIT-14
// File: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_mmu_slot_apply_flags(...)
{
	<...
-	kvm_mmu_recover_huge_pages(kvm, new);
+	;
	...>
}
