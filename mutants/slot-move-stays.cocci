// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot that is moved stays where it is.
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
-	new->base_gfn = base_gfn;
+	new->base_gfn = change == KVM_MR_MOVE ? old->base_gfn : base_gfn;
	...>
}
