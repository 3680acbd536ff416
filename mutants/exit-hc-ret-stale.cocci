// SPDX-License-Identifier: GPL-2.0
// Breaks: The result that userspace has not set is an old one.
// Origin: undoes "KVM: x86: clear vcpu->run->hypercall.ret before exiting for KVM_EXIT_HYPERCALL"
// Behaviours: EXIT-8
// File: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
____kvm_emulate_hypercall(...)
{
	<...
-	vcpu->run->hypercall.ret = 0;
	...>
}
