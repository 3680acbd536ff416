// SPDX-License-Identifier: GPL-2.0
// Breaks: A VM offers only its own type.
// Origin: plausible
// Behaviours: EXIT-7
// File: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_ioctl_check_extension(...)
{
	<...
-	r = kvm_caps.supported_vm_types;
+	r = kvm ? BIT(kvm->arch.vm_type) : kvm_caps.supported_vm_types;
	...>
}
