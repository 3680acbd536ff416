// SPDX-License-Identifier: GPL-2.0
// Breaks: Nothing happens if the first page is as wanted.
// Origin: plausible
// Behaviours: ATTR-6
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_set_mem_attributes(...)
{
	<...
-	kvm_range_has_memory_attributes(kvm, start, end, ~0, attributes)
+	kvm_range_has_memory_attributes(kvm, start, start + 1, ~0, attributes)
	...>
}
