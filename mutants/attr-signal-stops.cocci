// SPDX-License-Identifier: GPL-2.0
// Breaks: A signal ends a conversion in the middle.
// Origin: plausible
// Behaviours: BUG-6
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_set_mem_attributes(...)
{
	<...
	KVM_BUG_ON(r, kvm);
+	if (signal_pending(current))
+		break;
	...>
}
