// SPDX-License-Identifier: GPL-2.0
// Breaks: Poisoned shared memory gives EFAULT instead of a signal.
// Origin: plausible
// Behaviours: EXIT-6
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_handle_error_pfn(...)
{
	<...
-	fault->pfn == KVM_PFN_ERR_HWPOISON
+	0
	...>
}
