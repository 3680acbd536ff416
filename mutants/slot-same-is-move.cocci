// SPDX-License-Identifier: GPL-2.0
// Breaks: Setting a slot as it is moves it.
// Origin: plausible
// Behaviours: BIND-16
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_set_memory_region, __kvm_set_memory_region };
@@
fn(...)
{
	<...
	if (mem->flags != old->flags)
		change = KVM_MR_FLAGS_ONLY;
	else
-		return 0;
+		change = KVM_MR_MOVE;
	...>
}
