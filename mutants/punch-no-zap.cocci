// SPDX-License-Identifier: GPL-2.0
// Breaks: Freed pages stay mapped in the guest, and faults are not held off.
// Origin: plausible
// Behaviours: PREFAULT-3
// File: virt/kvm/guest_memfd.c
// Places: 2
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_punch_hole(...)
{
	<...
-	kvm_gmem_invalidate_start(inode, start, end);
	...>
}

@@
@@
kvm_gmem_punch_hole(...)
{
	<...
-	kvm_gmem_invalidate_end(inode, start, end);
	...>
}
