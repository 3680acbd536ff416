// SPDX-License-Identifier: GPL-2.0
// Breaks: The memory that attributes took stays when all of them are cleared.
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
-	entry = attributes ? xa_mk_value(attributes) : NULL;
+	entry = xa_mk_value(attributes);
	...>
}
