// SPDX-License-Identifier: GPL-2.0
// Breaks: A dirty log that is to be full at first is empty.
// Origin: plausible
// Behaviours: EXIT-14
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_prepare_memory_region(...)
{
	<...
-	if (kvm_dirty_log_manual_protect_and_init_set(kvm))
-		bitmap_set(new->dirty_bitmap, 0, new->npages);
	...>
}
