// SPDX-License-Identifier: GPL-2.0
// Breaks: fallocate takes any mode.
// Origin: plausible
// Behaviours: CREATE-5 FALLOC-1
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_fallocate(...)
{
	<...
-	if (!(mode & FALLOC_FL_KEEP_SIZE))
-		return -EOPNOTSUPP;
	...>
}

@@
@@
kvm_gmem_fallocate(...)
{
	<...
-	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
-		return -EOPNOTSUPP;
	...>
}
