// SPDX-License-Identifier: GPL-2.0
// Breaks: The flag for long mode is missing.
// Origin: plausible
// Behaviours: EXIT-8
// File: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { ____kvm_emulate_hypercall, __kvm_emulate_hypercall };
@@
fn(...)
{
	<...
-	vcpu->run->hypercall.flags |= KVM_EXIT_HYPERCALL_LONG_MODE;
+	;
	...>
}
