// SPDX-License-Identifier: GPL-2.0
// Breaks: The old ioctl cannot delete a slot with guest_memfd.
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
+		if (old && (old->flags & ~mem->flags & KVM_MEM_GUEST_MEMFD))
+			return -EINVAL;
		...
	}
	...>
}
