// SPDX-License-Identifier: GPL-2.0
// Breaks: One bad page takes all pages of its file out of the guest's mappings.
// Origin: plausible
// Behaviours: EXIT-6
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_error_folio(...)
{
	<...
-	start = folio->index;
-	end = start + folio_nr_pages(folio);
+	start = 0;
+	end = i_size_read(mapping->host) >> PAGE_SHIFT;
	...>
}
