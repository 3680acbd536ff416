// SPDX-License-Identifier: GPL-2.0
// Breaks: A large page reaches to before the slot that its end is in.
// Origin: plausible
// Behaviours: ATTR-7 EXIT-4
// File: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_alloc_memslot_metadata(...)
{
	<...
-	if (slot->base_gfn & (KVM_PAGES_PER_HPAGE(level) - 1))
-		linfo[0].disallow_lpage = 1;
	...>
}
