// SPDX-License-Identifier: GPL-2.0
// Breaks: A 64-bit guest gets 32 bits of the result.
// Origin: plausible
// Behaviours: EXIT-8
// File: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
complete_hypercall_exit(...)
{
	<...
-	!is_64_bit_hypercall(vcpu)
+	1
	...>
}
