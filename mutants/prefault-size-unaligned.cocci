// SPDX-License-Identifier: GPL-2.0
// Breaks: The size need not be a multiple of the page size.
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
-	!PAGE_ALIGNED(range->gpa) || !PAGE_ALIGNED(range->size)
+	!PAGE_ALIGNED(range->gpa)
	...>
}
