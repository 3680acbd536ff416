// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot that could not be deleted for want of memory has lost its file.
// Origin: plausible
// Behaviours: BIND-14
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_set_memslot(...)
{
	<...
	if (!invalid_slot) {
+		if (old->flags & KVM_MEM_GUEST_MEMFD)
+			kvm_gmem_unbind(old);
		mutex_unlock(&kvm->slots_arch_lock);
		return -ENOMEM;
	}
	...>
}
