// SPDX-License-Identifier: GPL-2.0
// Breaks: The dirty log of a slot without one can be read.
// Origin: plausible
// Behaviours: BIND-14
// File: virt/kvm/kvm_main.c
// Places: 2
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_get_dirty_log_protect(...)
{
	<...
-	if (!memslot || !memslot->dirty_bitmap)
+	if (memslot && !memslot->dirty_bitmap)
+		return 0;
+	if (!memslot)
	return -ENOENT;
	...>
}

@@
@@
kvm_clear_dirty_log_protect(...)
{
	<...
-	if (!memslot || !memslot->dirty_bitmap)
+	if (memslot && !memslot->dirty_bitmap)
+		return 0;
+	if (!memslot)
	return -ENOENT;
	...>
}
