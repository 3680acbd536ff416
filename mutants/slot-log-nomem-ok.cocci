// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot whose dirty log could not be allocated has none.
// Origin: plausible
// Behaviours: BIND-14 EXIT-14
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_prepare_memory_region(...)
{
	<...
	r = kvm_alloc_dirty_bitmap(new);
-	if (r)
-		return r;
	...>
}
