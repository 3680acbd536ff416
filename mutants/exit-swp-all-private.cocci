// SPDX-License-Identifier: GPL-2.0
// Breaks: In VMs with private memory all accesses are private.
// Origin: plausible
// Behaviours: EXIT-7
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_mmu_page_fault(...)
{
	<...
-	kvm_mem_is_private(vcpu->kvm, gpa_to_gfn(cr2_or_gpa))
+	true
	...>
}
