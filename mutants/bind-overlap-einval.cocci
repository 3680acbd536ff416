// SPDX-License-Identifier: GPL-2.0
// Breaks: Two slots on the same pages give EINVAL.
// Origin: undoes "KVM: guest_memfd: Return -EEXIST for overlapping bindings"
// Behaviours: BIND-4
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
identifier fn = { kvm_gmem_commit_memory_region, kvm_gmem_bind };
@@
fn(...)
{
	<...
-	-EEXIST
+	-EINVAL
	...>
}
