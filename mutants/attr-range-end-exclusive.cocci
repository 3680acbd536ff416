// SPDX-License-Identifier: GPL-2.0
// Breaks: The last page of a range is not looked at.
// Origin: plausible
// Behaviours: ATTR-5 ATTR-6
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_range_has_memory_attributes(...)
{
	<...
-	index < end
+	index < end - 1
	...>
}
