// SPDX-License-Identifier: GPL-2.0
// Breaks: Host memory that goes away stays mapped in the guest.
// Origin: plausible
// Behaviours: BIND-11 BIND-12 BIND-17
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
expression H;
@@
kvm_mmu_notifier_invalidate_range_start(...)
{
	<...
	const struct kvm_mmu_notifier_range hva_range = {
		.handler =
-			H
+			(void *)kvm_null_fn
		,
	};
	...>
}
