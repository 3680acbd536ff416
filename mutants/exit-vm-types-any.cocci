// SPDX-License-Identifier: GPL-2.0
// Breaks: VM types that are not offered can be had.
// Origin: plausible
// Behaviours: EXIT-7
// File: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_arch_init_vm(...)
{
	<...
-	!kvm_is_vm_type_supported(type)
+	type > 5
	...>
}
