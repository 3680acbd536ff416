// SPDX-License-Identifier: GPL-2.0
// Breaks: Some bits of the hypercall's attributes are lost.
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
-	vcpu->run->hypercall.args[2] = attrs;
+	vcpu->run->hypercall.args[2] = attrs & 0x1f;
	...>
}
