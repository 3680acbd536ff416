// SPDX-License-Identifier: GPL-2.0
// Breaks: Deleting a slot wants a good file descriptor.
// Origin: plausible
// Behaviours: BIND-7
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
+		if (mem->flags & KVM_MEM_GUEST_MEMFD && (int)mem->guest_memfd < 0)
+			return -EBADF;
		...
	}
	...>
}
