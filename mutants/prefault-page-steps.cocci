// SPDX-License-Identifier: GPL-2.0
// Breaks: Progress is reported by small pages where a large one was mapped.
// Origin: plausible
// Behaviours: PREFAULT-1
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
typedef u64;
@@
kvm_arch_vcpu_pre_fault_memory(...)
{
	<...
-	min(range->size, end - range->gpa)
+	min(range->size, (u64)PAGE_SIZE)
	...>
}
