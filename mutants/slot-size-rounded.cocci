// SPDX-License-Identifier: GPL-2.0
// Breaks: The size of a slot is rounded down to whole pages.
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
-	mem->memory_size & (PAGE_SIZE - 1)
+	0
	...>
}
