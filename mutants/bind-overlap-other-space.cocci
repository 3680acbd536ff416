// SPDX-License-Identifier: GPL-2.0
// Breaks: A page of the file may be bound in both address spaces of a VM.
// Origin: plausible
// Behaviours: BIND-4 EXIT-11
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
identifier fn = { kvm_gmem_commit_memory_region, kvm_gmem_bind };
@@
fn(...)
{
	<...
-	xa_find(&f->bindings, &start, end - 1, XA_PRESENT)
+	(xa_find(&f->bindings, &start, end - 1, XA_PRESENT) &&
+	 ((struct kvm_memory_slot *)xa_load(&f->bindings, start))->as_id == slot->as_id)
	...>
}
