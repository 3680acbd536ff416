// SPDX-License-Identifier: GPL-2.0
// Breaks: What is left is counted in pages, not bytes.
// Origin: plausible
// Behaviours: PREFAULT-1
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
typedef u64;
@@
kvm_vcpu_pre_fault_memory(...)
{
	<...
-	range->size -= r;
+	range->size -= min(range->size, (u64)r * 2);
	...>
}
