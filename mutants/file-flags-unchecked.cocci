// SPDX-License-Identifier: GPL-2.0
// Breaks: KVM_CREATE_GUEST_MEMFD accepts unknown flags.
// Origin: plausible
// Behaviours: CREATE-1
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_create(...)
{
	<...
-	if (flags & ~kvm_gmem_get_supported_flags(kvm))
-		return -EINVAL;
	...>
}
