// SPDX-License-Identifier: GPL-2.0
// Breaks: The slot that was used last is remembered when it is gone.
// Origin: plausible
// Behaviours: EXIT-14
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_replace_memslot(...)
{
	<...
-	atomic_long_set(&slots->last_used_slot, (long)new);
+	cond_resched();
	...>
}
