// SPDX-License-Identifier: GPL-2.0
// Breaks: The memory fault exit tells the kind of access in its flags.
// Origin: plausible
// Behaviours: EXIT-2 EXIT-4
// File: include/linux/kvm_host.h
// Rebuild: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_prepare_memory_fault_exit(...)
{
	<...
-	vcpu->run->memory_fault.flags = 0;
+	vcpu->run->memory_fault.flags = is_write ? 2 : is_exec ? 4 : 0;
	...>
}
