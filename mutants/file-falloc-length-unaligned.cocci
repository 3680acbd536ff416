// SPDX-License-Identifier: GPL-2.0
// Breaks: fallocate takes an unaligned length.
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
-	!PAGE_ALIGNED(offset) || !PAGE_ALIGNED(len)
+	!PAGE_ALIGNED(offset)
	...>
}
