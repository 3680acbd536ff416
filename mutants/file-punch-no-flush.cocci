// SPDX-License-Identifier: GPL-2.0
// Breaks: The guest's TLBs keep freed pages.
// Origin: plausible
// Behaviours: FALLOC-5
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { __kvm_gmem_invalidate_start, kvm_gmem_invalidate_begin };
@@
fn(...)
{
	<...
-	if (flush)
-		kvm_flush_remote_tlbs(kvm);
	...>
}
