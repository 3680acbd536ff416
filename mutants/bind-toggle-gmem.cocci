// SPDX-License-Identifier: GPL-2.0
// Breaks: guest_memfd can be taken from a slot that exists.
// Origin: undoes "KVM: Disallow toggling KVM_MEM_GUEST_MEMFD on an existing memslot"
// Behaviours: BIND-6
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_set_memory_region, __kvm_set_memory_region };
@@
fn(...)
{
	<...
-	(KVM_MEM_READONLY | KVM_MEM_GUEST_MEMFD)
+	KVM_MEM_READONLY
	...>
}
