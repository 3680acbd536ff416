// SPDX-License-Identifier: GPL-2.0
// Breaks: An access that the host cannot back is emulated.
// Origin: plausible
// Behaviours: EXIT-5
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_handle_error_pfn(...)
{
	<...
-	return -EFAULT;
+	return RET_PF_EMULATE;
	...>
}
