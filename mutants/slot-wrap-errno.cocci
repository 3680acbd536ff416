// SPDX-License-Identifier: GPL-2.0
// Breaks: A range that wraps around is told by another error.
// Origin: plausible
// Behaviours: BIND-15
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_set_memory_region(...)
{
	<...
	if (mem->guest_phys_addr + mem->memory_size < mem->guest_phys_addr)
-		return -EINVAL;
+		return -EFBIG;
	...>
}
