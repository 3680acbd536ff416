// SPDX-License-Identifier: GPL-2.0
// Breaks: KVM_HC_MAP_GPA_RANGE exits even when nobody asked for that.
// Origin: plausible
// Behaviours: EXIT-8
// File: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 7.2 7.3

@@
identifier fn = { ____kvm_emulate_hypercall, __kvm_emulate_hypercall };
@@
fn(...)
{
	<...
-	!user_exit_on_hypercall(vcpu->kvm, KVM_HC_MAP_GPA_RANGE)
+	0
	...>
}
