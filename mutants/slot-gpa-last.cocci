// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot may not have the last page that a guest can address.
// Origin: plausible
// Behaviours: BIND-15
// File: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_arch_prepare_memory_region(...)
{
	<...
-	(new->base_gfn + new->npages - 1) > kvm_mmu_max_gfn()
+	(new->base_gfn + new->npages) > kvm_mmu_max_gfn()
	...>
}
