// SPDX-License-Identifier: GPL-2.0
// Breaks: KVM_MEMORY_ENCRYPT_(UN)REG_REGION pretends to work.
// Origin: plausible
// Behaviours: EXIT-12
// File: arch/x86/kvm/x86.c
// Places: 2
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_arch_vm_ioctl(...)
{
	<...
-	r = -ENOTTY;
+	r = 0;
	if (!kvm_x86_ops.mem_enc_register_region) goto out;
	...>
}

@@
@@
kvm_arch_vm_ioctl(...)
{
	<...
-	r = -ENOTTY;
+	r = 0;
	if (!kvm_x86_ops.mem_enc_unregister_region) goto out;
	...>
}
