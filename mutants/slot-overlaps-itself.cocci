// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot cannot be moved by less than its size.
// Origin: plausible
// Behaviours: BIND-16
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_check_memslot_overlap(...)
{
	<...
-	iter.slot->id != id
+	1
	...>
}
