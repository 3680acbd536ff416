// SPDX-License-Identifier: GPL-2.0
// Breaks: A range may wrap around the end of the address space.
// Origin: plausible
// Behaviours: PREFAULT-2
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vcpu_pre_fault_memory(...)
{
	<...
-	range->gpa + range->size <= range->gpa
+	range->size == 0
	...>
}
