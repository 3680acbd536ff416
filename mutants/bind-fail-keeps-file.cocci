// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot that was refused late keeps a reference to the file.
// Origin: plausible
// Behaviours: BIND-14
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 7.3

@@
@@
kvm_set_memory_region(...)
{
	<...
-	if (change == KVM_MR_CREATE && (mem->flags & KVM_MEM_GUEST_MEMFD))
+	if (!r && change == KVM_MR_CREATE && (mem->flags & KVM_MEM_GUEST_MEMFD))
	fput(new->gmem.file);
	...>
}
