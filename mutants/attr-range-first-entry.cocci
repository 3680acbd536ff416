// SPDX-License-Identifier: GPL-2.0
// Breaks: A range that begins with an entry that matches is taken to match.
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
-	if (xas.xa_index != index || (xa_to_value(entry) & mask) != attrs)
-		return false;
+	return xas.xa_index == index && (xa_to_value(entry) & mask) == attrs;
	...>
}
