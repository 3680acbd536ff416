// SPDX-License-Identifier: GPL-2.0
// Breaks: All memory fault exits are private.
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
-	if (is_private)
-		vcpu->run->memory_fault.flags |= KVM_MEMORY_EXIT_FLAG_PRIVATE;
+	vcpu->run->memory_fault.flags |= KVM_MEMORY_EXIT_FLAG_PRIVATE;
	...>
}
