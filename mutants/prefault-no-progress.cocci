// SPDX-License-Identifier: GPL-2.0
// Breaks: A signal is reported even where pages were mapped before.
// Origin: plausible
// Behaviours: PREFAULT-4
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vcpu_pre_fault_memory(...)
{
	<...
-	return full_size == range->size ? r : 0;
+	return full_size == range->size || r == -EINTR ? r : 0;
	...>
}
