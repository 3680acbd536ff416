// SPDX-License-Identifier: GPL-2.0
// Breaks: Only the first of several slots in the range is unmapped.
// Origin: plausible
// Behaviours: ATTR-3 ATTR-6
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_handle_gfn_range(...)
{
	<...
	ret |= range->handler(kvm, &gfn_range);
+	break;
	...>
}
