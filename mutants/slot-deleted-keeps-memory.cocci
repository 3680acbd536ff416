// SPDX-License-Identifier: GPL-2.0
// Breaks: What KVM kept of a slot's pages stays when the slot or the VM goes.
// Origin: plausible
// Behaviours: CREATE-10
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_free_memslot(...)
{
	<...
-	kvm_arch_free_memslot(kvm, slot);
	...>
}
