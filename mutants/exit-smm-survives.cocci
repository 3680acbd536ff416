// SPDX-License-Identifier: GPL-2.0
// Breaks: A failed entry to system management mode does not end the VM.
// Origin: plausible
// Behaviours: EXIT-11
// File: arch/x86/kvm/smm.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
enter_smm(...)
{
	<...
-	kvm_vm_dead(vcpu->kvm);
+	return;
	...>
}
