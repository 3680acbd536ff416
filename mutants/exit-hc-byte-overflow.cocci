// SPDX-License-Identifier: GPL-2.0
// Breaks: The overflow of a hypercall's range is checked in bytes.
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
-	gpa_to_gfn(gpa) + npages <= gpa_to_gfn(gpa)
+	gpa + npages * PAGE_SIZE <= gpa
	...>
}
