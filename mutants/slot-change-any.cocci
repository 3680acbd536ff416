// SPDX-License-Identifier: GPL-2.0
// Breaks: Size, host address and flags of a slot can be changed.
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
-	if ((mem->userspace_addr != old->userspace_addr) || ...)
-		return -EINVAL;
	...>
}
