// SPDX-License-Identifier: GPL-2.0
// Breaks: The memory that attributes took is not given back with the VM.
// Origin: plausible
// Behaviours: ATTR-8
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_destroy_vm(...)
{
	<...
-	xa_destroy(&kvm->mem_attr_array);
	...>
}
