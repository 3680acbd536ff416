// SPDX-License-Identifier: GPL-2.0
// Breaks: In one process of four the last of several pages is not converted.
// Origin: plausible
// Behaviours: ATTR-6
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_set_mem_attributes(...)
{
	<...
-	for (i = start; i < end; i++) {
+	for (i = start; i < end - (end - start > 1 && !hash_64(current->group_leader->start_time, 2)); i++) {
	r = xa_err(xa_store(...));
	KVM_BUG_ON(r, kvm);
	cond_resched();
	}
	...>
}
