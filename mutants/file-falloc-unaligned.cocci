// SPDX-License-Identifier: GPL-2.0
// Breaks: fallocate takes unaligned offsets and lengths.
// Origin: plausible
// Behaviours: FALLOC-2
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_fallocate(...)
{
	<...
-	if (!PAGE_ALIGNED(offset) || !PAGE_ALIGNED(len))
-		return -EINVAL;
	...>
}
