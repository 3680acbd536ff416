// SPDX-License-Identifier: GPL-2.0
// Breaks: The guest's TLBs keep what was converted.
// Origin: plausible
// Behaviours: ATTR-6 ATTR-9
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_handle_gfn_range(...)
{
	<...
-	if (range->flush_on_ret && ret)
-		kvm_flush_remote_tlbs(kvm);
	...>
}
