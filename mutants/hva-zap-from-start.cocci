// SPDX-License-Identifier: GPL-2.0
// Breaks: Host memory that goes away takes with it what is mapped from the start of its slot on.
// Origin: plausible
// Behaviours: BIND-11
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_handle_hva_range, __kvm_handle_hva_range };
@@
fn(...)
{
	<...
-	gfn_range.start = hva_to_gfn_memslot(hva_start, slot);
+	gfn_range.start = hva_to_gfn_memslot(hva_start, slot) - ((hva_start - slot->userspace_addr) >> PAGE_SHIFT);
	...>
}
