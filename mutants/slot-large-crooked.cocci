// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot is mapped large though its host address is not aligned as its own is.
// Origin: plausible
// Behaviours: ATTR-7
// File: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_alloc_memslot_metadata(...)
{
	<...
-	(slot->base_gfn ^ ugfn) & (KVM_PAGES_PER_HPAGE(level) - 1)
+	(slot->base_gfn ^ ugfn) & 0
	...>
}
