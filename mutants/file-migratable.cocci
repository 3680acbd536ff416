// SPDX-License-Identifier: GPL-2.0
// Breaks: Pages can be moved by migration and compaction.
// Origin: plausible
// Behaviours: CREATE-11
// File: virt/kvm/guest_memfd.c
// Places: 2
// Kernels: 6.12 7.2 7.3

@@
@@
struct address_space_operations kvm_gmem_aops = {
	.migrate_folio =
-		kvm_gmem_migrate_folio
+		filemap_migrate_folio
	,
};

@@
@@
__kvm_gmem_create(...)
{
	<...
-	mapping_set_inaccessible(inode->i_mapping);
+	mapping_set_unevictable(inode->i_mapping);
	...>
}
