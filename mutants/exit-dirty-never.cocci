// SPDX-License-Identifier: GPL-2.0
// Breaks: Writes do not reach the dirty bitmap.
// Origin: plausible
// Behaviours: EXIT-14
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
mark_page_dirty_in_slot(...)
{
	<...
-	set_bit_le(rel_gfn, memslot->dirty_bitmap);
+	;
	...>
}
