// SPDX-License-Identifier: GPL-2.0
// Breaks: The instruction that faulted is skipped.
// Origin: plausible
// Behaviours: EXIT-1 EXIT-2 EXIT-3 EXIT-4
// File: arch/x86/kvm/mmu/mmu_internal.h
// Rebuild: arch/x86/kvm/mmu/mmu.c
// Places: 2
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_mmu_prepare_memory_fault_exit(...)
{
	<...
+	int kvm_skip_emulated_instruction(struct kvm_vcpu *vcpu);
	kvm_prepare_memory_fault_exit(...);
+	kvm_skip_emulated_instruction(vcpu);
	...>
}
