// SPDX-License-Identifier: GPL-2.0
// Breaks: Offset and size of a slot may wrap around.
// Origin: plausible
// Behaviours: BIND-3
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_set_memory_region, __kvm_set_memory_region };
@@
fn(...)
{
	<...
-	mem->guest_memfd_offset & (PAGE_SIZE - 1) || mem->guest_memfd_offset + mem->memory_size < mem->guest_memfd_offset
+	mem->guest_memfd_offset & (PAGE_SIZE - 1)
	...>
}
