// SPDX-License-Identifier: GPL-2.0
// Breaks: Shared accesses without a slot are memory faults, not MMIO.
// Origin: plausible
// Behaviours: EXIT-4
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_handle_noslot_fault(...)
{
	<...
-	if (fault->is_private)
+	if (1)
	{ ... return -EFAULT; }
	...>
}
