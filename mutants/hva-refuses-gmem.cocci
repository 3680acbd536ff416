// SPDX-License-Identifier: GPL-2.0
// Breaks: KVM has no access to memory that is a guest_memfd.
// Origin: plausible
// Behaviours: BUG-7
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
__gfn_to_hva_many(...)
{
	<...
-	!slot || slot->flags & KVM_MEMSLOT_INVALID
+	!slot || slot->flags & (KVM_MEMSLOT_INVALID | KVM_MEMSLOT_GMEM_ONLY)
	...>
}
