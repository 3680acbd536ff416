// SPDX-License-Identifier: GPL-2.0
// Breaks: The host address of a slot is not checked.
// Origin: plausible
// Behaviours: BIND-11
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_set_memory_region, __kvm_set_memory_region };
@@
fn(...)
{
	<...
-	if ((mem->userspace_addr & (PAGE_SIZE - 1)) || ...)
-		return -EINVAL;
	...>
}
