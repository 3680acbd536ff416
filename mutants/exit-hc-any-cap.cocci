// SPDX-License-Identifier: GPL-2.0
// Breaks: KVM_CAP_EXIT_HYPERCALL takes unknown hypercalls.
// Origin: plausible
// Behaviours: EXIT-8
// File: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_ioctl_enable_cap(...)
{
	<...
-	cap->args[0] & ~KVM_EXIT_HYPERCALL_VALID_MASK
+	0
	...>
}
