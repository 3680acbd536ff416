// SPDX-License-Identifier: GPL-2.0
// Breaks: Pre-fault without memory says that it was interrupted.
// Origin: plausible
// Behaviours: PREFAULT-4
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vcpu_pre_fault_memory(...)
{
	<...
	r = kvm_arch_vcpu_pre_fault_memory(...);
+	if (r == -ENOMEM)
+		r = -EINTR;
	...>
}
