// SPDX-License-Identifier: GPL-2.0
// Breaks: KVM itself does not write to slots with guest_memfd.
// Origin: plausible
// Behaviours: EXIT-10
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
__gfn_to_hva_many(...)
{
	<...
-	!slot || slot->flags & KVM_MEMSLOT_INVALID
+	!slot || slot->flags & (KVM_MEMSLOT_INVALID | KVM_MEM_GUEST_MEMFD)
	...>
}
