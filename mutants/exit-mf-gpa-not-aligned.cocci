// SPDX-License-Identifier: GPL-2.0
// Breaks: The address of a memory fault exit is not that of the page.
// Origin: plausible
// Behaviours: EXIT-1 EXIT-2 EXIT-4
// File: arch/x86/kvm/mmu/mmu_internal.h
// Rebuild: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_mmu_prepare_memory_fault_exit(...)
{
	<...
-	fault->gfn << PAGE_SHIFT
+	fault->addr
	...>
}
