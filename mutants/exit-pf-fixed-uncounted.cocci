// SPDX-License-Identifier: GPL-2.0
// Breaks: Faults that were fixed are not counted.
// Origin: plausible
// Behaviours: ATTR-5
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_mmu_page_fault(...)
{
	<...
-	vcpu->stat.pf_fixed++;
+	;
	...>
}
