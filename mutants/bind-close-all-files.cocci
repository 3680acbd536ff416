// SPDX-License-Identifier: GPL-2.0
// Breaks: Closing a file takes it from the slots of other files too.
// Origin: plausible
// Behaviours: BIND-8
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
iterator name kvm_for_each_memslot;
@@
kvm_gmem_release(...)
{
	<...
+	int bkt;
+	kvm_for_each_memslot(slot, bkt, kvm_memslots(kvm))
+		WRITE_ONCE(slot->gmem.file, NULL);
	__kvm_gmem_invalidate_start(...);
	...>
}
