// SPDX-License-Identifier: GPL-2.0
// Breaks: A binding that the file refuses keeps what KVM had taken for the slot.
// Origin: plausible
// Behaviours: CREATE-10 BIND-14
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 7.3

@@
@@
kvm_set_memslot(...)
{
	<...
-	kvm_arch_free_memslot(kvm, new);
	...>
}
