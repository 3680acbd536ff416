// SPDX-License-Identifier: GPL-2.0
// Breaks: Nobody is charged for the memory that attributes take.
// Origin: plausible
// Behaviours: ATTR-8
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_create_vm(...)
{
	<...
-	xa_init_flags(&kvm->mem_attr_array, XA_FLAGS_ACCOUNT);
+	xa_init(&kvm->mem_attr_array);
	...>
}
