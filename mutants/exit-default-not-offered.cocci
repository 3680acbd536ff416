// SPDX-License-Identifier: GPL-2.0
// Breaks: The default VM type works, but is not offered.
// Origin: plausible
// Behaviours: EXIT-7
// File: arch/x86/kvm/x86.c
// Places: 2
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_x86_vendor_init, __kvm_x86_vendor_init };
@@
fn(...)
{
	<...
-	kvm_caps.supported_vm_types = BIT(KVM_X86_DEFAULT_VM);
+	kvm_caps.supported_vm_types = 0;
	...>
}

@@
@@
kvm_arch_init_vm(...)
{
	<...
-	!kvm_is_vm_type_supported(type)
+	type && !kvm_is_vm_type_supported(type)
	...>
}
