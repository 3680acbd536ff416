// SPDX-License-Identifier: GPL-2.0
// Breaks: Nobody is charged for what KVM keeps of a slot's pages.
// Origin: plausible
// Behaviours: CREATE-10
// File: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_alloc_memslot_metadata(...)
{
	<...
	linfo = __vcalloc(...,
-	GFP_KERNEL_ACCOUNT
+	GFP_KERNEL
	);
	...>
}
