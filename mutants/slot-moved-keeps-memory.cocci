// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot that moves leaves what KVM kept of it where it was.
// Origin: plausible
// Behaviours: CREATE-10 BIND-16
// File: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_arch_commit_memory_region(...)
{
	<...
-	if (change == KVM_MR_MOVE)
-		kvm_arch_free_memslot(kvm, old);
	...>
}
