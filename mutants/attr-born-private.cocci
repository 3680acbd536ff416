// SPDX-License-Identifier: GPL-2.0
// Breaks: A page of a new VM is private.
// Origin: plausible
// Behaviours: ATTR-3
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_create_vm(...)
{
	<...
	xa_init_flags(&kvm->mem_attr_array, XA_FLAGS_ACCOUNT);
+	xa_store(&kvm->mem_attr_array, 0x40001, xa_mk_value(8), GFP_KERNEL);
	...>
}
