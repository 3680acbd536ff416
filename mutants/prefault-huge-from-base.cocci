// SPDX-License-Identifier: GPL-2.0
// Breaks: In the middle of a large page, progress is counted from its start.
// Origin: plausible
// Behaviours: PREFAULT-1
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_arch_vcpu_pre_fault_memory(...)
{
	<...
-	end - range->gpa
+	KVM_HPAGE_SIZE(level)
	...>
}
