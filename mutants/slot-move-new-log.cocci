// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot that moves gets a new dirty log.
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
-	old && old->dirty_bitmap
+	old && old->dirty_bitmap && change != KVM_MR_MOVE
	...>
}
