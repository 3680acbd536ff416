// SPDX-License-Identifier: GPL-2.0
// Breaks: A hypercall with a bad range is refused, but its first page turns shared.
// Origin: plausible
// Behaviours: EXIT-8
// File: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 7.3

@@
@@
____kvm_emulate_hypercall(...)
{
	<...
	if (!PAGE_ALIGNED(gpa) || !npages || ...) {
+		xa_erase(&vcpu->kvm->mem_attr_array, gpa_to_gfn(gpa));
		ret = -KVM_EINVAL;
		break;
	}
	...>
}
