// SPDX-License-Identifier: GPL-2.0
// Breaks: The last of several pages is not converted.
// Origin: plausible
// Behaviours: ATTR-4 ATTR-6 EXIT-13
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_set_mem_attributes(...)
{
	<...
-	for (i = start; i < end; i++) {
+	for (i = start; i < end - (end - start > 1); i++) {
	r = xa_err(xa_store(...));
	KVM_BUG_ON(r, kvm);
	cond_resched();
	}
	...>
}
