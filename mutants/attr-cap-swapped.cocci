// SPDX-License-Identifier: GPL-2.0
// Breaks: The private attribute is offered by the wrong VM types.
// Origin: plausible
// Behaviours: ATTR-2
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_supported_mem_attributes(...)
{
	<...
-	!kvm || kvm_arch_has_private_mem(kvm)
+	kvm && !kvm_arch_has_private_mem(kvm)
	...>
}
