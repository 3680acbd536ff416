// SPDX-License-Identifier: GPL-2.0
// Breaks: Each attribute is stored nine times.
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
+	for (i = start; i < end; i++) for (int again = 0; again < 9; again++) {
	r = xa_err(xa_store(...));
	KVM_BUG_ON(r, kvm);
	cond_resched();
	}
	...>
}
