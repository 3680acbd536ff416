// SPDX-License-Identifier: GPL-2.0
// Breaks: Pre-fault is a write and breaks copy on write.
// Origin: plausible
// Behaviours: PREFAULT-3
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
typedef u64;
@@
kvm_arch_vcpu_pre_fault_memory(...)
{
	<...
-	u64 error_code = PFERR_GUEST_FINAL_MASK;
+	u64 error_code = PFERR_GUEST_FINAL_MASK | PFERR_WRITE_MASK;
	...>
}
