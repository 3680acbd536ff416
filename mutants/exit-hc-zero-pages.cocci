// SPDX-License-Identifier: GPL-2.0
// Breaks: A hypercall for no pages reaches userspace.
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
+	gpa_to_gfn(gpa) + npages < gpa_to_gfn(gpa)
	...>
}

@@
identifier fn = { ____kvm_emulate_hypercall, __kvm_emulate_hypercall };
@@
fn(...)
{
	<...
-	!npages
+	0
	...>
}
