// SPDX-License-Identifier: GPL-2.0
// Breaks: INIT_SHARED is offered to VMs with private memory too.
// Origin: plausible
// Behaviours: CREATE-1
// File: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_arch_supports_gmem_init_shared(...)
{
	<...
-	return !kvm_arch_has_private_mem(kvm);
+	return true;
	...>
}
