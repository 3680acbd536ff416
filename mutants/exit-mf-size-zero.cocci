// SPDX-License-Identifier: GPL-2.0
// Breaks: The memory fault exit has no size.
// Origin: plausible
// Behaviours: EXIT-1
// File: include/linux/kvm_host.h
// Rebuild: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_prepare_memory_fault_exit(...)
{
	<...
-	vcpu->run->memory_fault.size = size;
+	vcpu->run->memory_fault.size = 0;
	...>
}
