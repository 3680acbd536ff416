// SPDX-License-Identifier: GPL-2.0
// Breaks: Setting what is already set unmaps the range.
// Origin: plausible
// Behaviours: ATTR-5
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_set_mem_attributes(...)
{
	<...
-	kvm_range_has_memory_attributes(kvm, start, end, ~0, attributes)
+	0
	...>
}
