// SPDX-License-Identifier: GPL-2.0
// Breaks: guest_memfd can be added to a slot that exists.
// Origin: plausible
// Behaviours: BIND-6
// File: virt/kvm/kvm_main.c
// Places: 2
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_set_memory_region, __kvm_set_memory_region };
@@
fn(...)
{
	<...
-	if (mem->flags & KVM_MEM_GUEST_MEMFD)
-		return -EINVAL;
	...>
}

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
