// SPDX-License-Identifier: GPL-2.0
// Breaks: Private accesses without a slot are MMIO.
// Origin: undoes "KVM: x86/mmu: Explicitly disallow private accesses to emulated MMIO"
// Behaviours: EXIT-1 EXIT-3 EXIT-4
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_handle_noslot_fault(...)
{
	<...
-	if (fault->is_private)
+	if (0)
	{ ... return -EFAULT; }
	...>
}
