// SPDX-License-Identifier: GPL-2.0
// Breaks: Deleting a slot that does not exist succeeds.
// Origin: plausible
// Behaviours: BIND-15
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_set_memory_region, __kvm_set_memory_region };
@@
fn(...)
{
	<...
	if (!mem->memory_size) {
		if (!old || !old->npages)
-			return -EINVAL;
+			return 0;
		...
	}
	...>
}
