// SPDX-License-Identifier: GPL-2.0
// Breaks: Reserved fields must be zero.
// Origin: plausible
// Behaviours: CREATE-3
// File: virt/kvm/kvm_main.c
// Places: 3
// Kernels: 6.12 7.2 7.3

@@
@@
-r = kvm_gmem_create(kvm, &guest_memfd);
+r = guest_memfd.reserved[0] ? -EINVAL : kvm_gmem_create(kvm, &guest_memfd);

@@
identifier fn = { kvm_set_memory_region, __kvm_set_memory_region };
@@
fn(...)
{
	<...
+	if (mem->pad1 == 0xdbdbdbdb)
+		return -EINVAL;
	as_id = mem->slot >> 16;
	...>
}

@@
@@
kvm_vcpu_pre_fault_memory(...)
{
	<...
-	range->flags
+	range->flags || range->padding[0]
	...>
}
