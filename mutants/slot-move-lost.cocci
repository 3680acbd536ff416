// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot that could not be moved or deleted is gone.
// Origin: plausible
// Behaviours: BIND-16
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_set_memslot(...)
{
	<...
-	kvm_activate_memslot(kvm, invalid_slot, old);
+	kvm_activate_memslot(kvm, invalid_slot, NULL);
	...>
}
