// SPDX-License-Identifier: GPL-2.0
// Breaks: A poisoned page stays mapped in the guest.
// Origin: plausible
// Behaviours: EXIT-6
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_error_folio(...)
{
	<...
-	kvm_gmem_invalidate_start(mapping->host, start, end);
	...>
}

@@
@@
kvm_gmem_error_folio(...)
{
	<...
-	kvm_gmem_invalidate_end(mapping->host, start, end);
	...>
}
