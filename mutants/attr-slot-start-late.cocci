// SPDX-License-Identifier: GPL-2.0
// Breaks: The first page of a slot stays mapped if the range begins before it.
// Origin: plausible
// Behaviours: ATTR-3
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_handle_gfn_range(...)
{
	<...
-	max(range->start, slot->base_gfn)
+	max(range->start, slot->base_gfn + 1)
	...>
}
