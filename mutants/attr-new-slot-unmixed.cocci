// SPDX-License-Identifier: GPL-2.0
// Breaks: A new slot takes no account of attributes set before.
// Origin: plausible
// Behaviours: ATTR-3 ATTR-7
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_mmu_init_memslot_memory_attributes(...)
{
	<...
-	!kvm_arch_has_private_mem(kvm)
+	1
	...>
}
