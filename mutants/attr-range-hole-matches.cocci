// SPDX-License-Identifier: GPL-2.0
// Breaks: A range with a page without attributes is taken to have those asked for.
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
	if (!entry)
-		return !attrs;
+		return true;
	...>
}
