// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot may wrap around the end of the address space.
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
-	if (mem->guest_phys_addr + mem->memory_size < mem->guest_phys_addr)
-		return -EINVAL;
	...>
}
