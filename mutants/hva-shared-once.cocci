// SPDX-License-Identifier: GPL-2.0
// Breaks: Two slots must not have the same host address.
// Origin: plausible
// Behaviours: BIND-11
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_set_memory_region, __kvm_set_memory_region };
iterator name kvm_for_each_memslot;
@@
fn(...)
{
	<...
	change = KVM_MR_CREATE;
+	struct kvm_memory_slot *other;
+	int bkt;
+
+	kvm_for_each_memslot(other, bkt, slots) {
+		if (other->userspace_addr == mem->userspace_addr)
+			return -EEXIST;
+	}
	...>
}
