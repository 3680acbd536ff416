// SPDX-License-Identifier: GPL-2.0
// Breaks: Private pages are pre-faulted as shared.
// Origin: plausible
// Behaviours: PREFAULT-2 PREFAULT-3
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_arch_vcpu_pre_fault_memory(...)
{
	<...
-	kvm_arch_has_private_mem(vcpu->kvm) && kvm_mem_is_private(vcpu->kvm, gpa_to_gfn(range->gpa))
+	0
	...>
}
