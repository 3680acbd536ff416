// SPDX-License-Identifier: GPL-2.0
// Breaks: A large page reaches behind the slot that its beginning is in.
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
-	if ((slot->base_gfn + npages) & (KVM_PAGES_PER_HPAGE(level) - 1))
-		linfo[lpages - 1].disallow_lpage = 1;
	...>
}
