// SPDX-License-Identifier: GPL-2.0
// Breaks: A refused change of a slot deletes it.
// Origin: plausible
// Behaviours: BIND-6
// File: virt/kvm/kvm_main.c
// Places: 2
// Kernels: 7.3

@@
@@
kvm_set_memory_region(...)
{
	<...
	if ((mem->userspace_addr != old->userspace_addr) || ...)
-		return -EINVAL;
+	{
+		kvm_set_memslot(kvm, old, NULL, KVM_MR_DELETE);
+		return -EINVAL;
+	}
	...>
}
