// SPDX-License-Identifier: GPL-2.0
// Breaks: No memory is ever private.
// Origin: plausible
// Behaviours: EXIT-1
// File: include/linux/kvm_host.h
// Rebuild: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_mem_is_private(...)
{
	<...
-	return kvm_get_memory_attributes(kvm, gfn) & KVM_MEMORY_ATTRIBUTE_PRIVATE;
+	return false;
	...>
}
