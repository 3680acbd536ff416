// SPDX-License-Identifier: GPL-2.0
// Breaks: A range past the end of the file is refused, but its first page allocated.
// Origin: plausible
// Behaviours: FALLOC-2
// File: virt/kvm/guest_memfd.c
// Places: 2
// Kernels: 7.3

@@
@@
kvm_gmem_allocate(...)
{
	<...
	if (offset + len > i_size_read(inode))
-		return -EINVAL;
+	{
+		struct folio *first = kvm_gmem_get_folio(inode, offset >> PAGE_SHIFT);
+
+		if (!IS_ERR(first)) {
+			folio_unlock(first);
+			folio_put(first);
+		}
+		return -EINVAL;
+	}
	...>
}
