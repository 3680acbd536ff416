// SPDX-License-Identifier: GPL-2.0
// Breaks: All accesses of a nested guest are private.
// Origin: plausible
// Behaviours: EXIT-15
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_mmu_page_fault(...)
{
	<...
-	kvm_mem_is_private(vcpu->kvm, gpa_to_gfn(cr2_or_gpa))
+	(kvm_mem_is_private(vcpu->kvm, gpa_to_gfn(cr2_or_gpa)) || is_guest_mode(vcpu))
	...>
}
