// SPDX-License-Identifier: GPL-2.0
// Breaks: Reserving memory already converts.
// Origin: plausible
// Behaviours: ATTR-8
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_set_mem_attributes(...)
{
	<...
-	r = xa_reserve(&kvm->mem_attr_array, i, GFP_KERNEL_ACCOUNT);
+	r = xa_err(xa_store(&kvm->mem_attr_array, i, entry, GFP_KERNEL_ACCOUNT));
	...>
}
