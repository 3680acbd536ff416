// SPDX-License-Identifier: GPL-2.0
// Breaks: KVM_CREATE_GUEST_MEMFD accepts any size.
// Origin: plausible
// Behaviours: CREATE-2
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_create(...)
{
	<...
-	if (size <= 0 || !PAGE_ALIGNED(size))
-		return -EINVAL;
	...>
}
