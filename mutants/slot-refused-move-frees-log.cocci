// SPDX-License-Identifier: GPL-2.0
// Breaks: A refused move of a slot frees its dirty log, which it goes on using.
// Origin: plausible
// Behaviours: BIND-16 EXIT-14
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_prepare_memory_region(...)
{
	<...
-	r && new && new->dirty_bitmap && (!old || !old->dirty_bitmap)
+	r && new && new->dirty_bitmap
	...>
}
