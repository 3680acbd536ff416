// SPDX-License-Identifier: GPL-2.0
// Breaks: Flags, address and size are not checked.
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
-	if (range->flags)
-		return -EINVAL;
	...>
}

@@
@@
kvm_vcpu_pre_fault_memory(...)
{
	<...
-	if (!PAGE_ALIGNED(range->gpa) || !PAGE_ALIGNED(range->size) || range->gpa + range->size <= range->gpa)
-		return -EINVAL;
	...>
}
