// SPDX-License-Identifier: GPL-2.0
// Breaks: User code of the guest may make hypercalls.
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
-	if (cpl)
+	if (0)
	{ ret = -KVM_EPERM; ... }
	...>
}
