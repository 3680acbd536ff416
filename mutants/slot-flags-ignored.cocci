// SPDX-License-Identifier: GPL-2.0
// Breaks: The flags of a slot cannot be changed.
// Origin: plausible
// Behaviours: EXIT-14
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_set_memory_region, __kvm_set_memory_region };
@@
fn(...)
{
	<...
-	change = KVM_MR_FLAGS_ONLY;
+	return 0;
	...>
}
