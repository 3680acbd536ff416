// SPDX-License-Identifier: GPL-2.0
// Breaks: Slots change while host memory is half unmapped, and the end finds other slots.
// Origin: undoes "KVM: Block memslot updates across range_start() and range_end()"
// Behaviours: BIND-9 BIND-11
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_swap_active_memslots(...)
{
	<...
-	while (kvm->mn_active_invalidate_count) { ... }
	...>
}
