// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot may be moved onto another.
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
-	(change == KVM_MR_CREATE || change == KVM_MR_MOVE)
+	change == KVM_MR_CREATE
	...>
}
