// SPDX-License-Identifier: GPL-2.0
// Breaks: The address is not advanced.
// Origin: plausible
// Behaviours: PREFAULT-1
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vcpu_pre_fault_memory(...)
{
	<...
-	range->gpa += r;
	...>
}
