// SPDX-License-Identifier: GPL-2.0
// Breaks: The address of a slot is rounded down to a page.
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
-	if (mem->guest_phys_addr & (PAGE_SIZE - 1))
-		return -EINVAL;
	...>
}
