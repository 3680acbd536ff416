// SPDX-License-Identifier: GPL-2.0
// Breaks: A pre-fault with flags is refused, but done.
// Origin: plausible
// Behaviours: PREFAULT-2
// File: virt/kvm/kvm_main.c
// Places: 2
// Kernels: 7.3

@@
@@
kvm_vcpu_pre_fault_memory(...)
{
	<...
-	if (range->flags)
-		return -EINVAL;
	...
+	if (range->flags) {
+		range->gpa -= full_size - range->size;
+		range->size = full_size;
+		return -EINVAL;
+	}
	return full_size == range->size ? r : 0;
	...>
}
