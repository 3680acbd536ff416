// SPDX-License-Identifier: GPL-2.0
// Breaks: Only the low bits of a VM type matter.
// Origin: plausible
// Behaviours: EXIT-7
// File: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_is_vm_type_supported(...)
{
	<...
-	type < 32 && (kvm_caps.supported_vm_types & BIT(type))
+	kvm_caps.supported_vm_types & BIT(type % 32)
	...>
}
