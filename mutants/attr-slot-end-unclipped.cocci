// SPDX-License-Identifier: GPL-2.0
// Breaks: The range to unmap is not cut off at the end of the slot.
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
-	min(range->end, slot->base_gfn + slot->npages)
+	range->end
	...>
}
