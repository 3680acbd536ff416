// SPDX-License-Identifier: GPL-2.0
// Breaks: KVM writes to read-only slots.
// Origin: plausible
// Behaviours: EXIT-14
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
memslot_is_readonly(...)
{
	<...
-	return slot->flags & KVM_MEM_READONLY;
+	return false;
	...>
}
