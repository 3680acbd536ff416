// SPDX-License-Identifier: GPL-2.0
// Breaks: A hole in the file makes shared what the file is bound to.
// Origin: plausible
// Behaviours: FALLOC-7
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
iterator name list_for_each_entry;
@@
kvm_gmem_punch_hole(...)
{
	<...
	kvm_gmem_invalidate_end(inode, start, end);
+	for (; start < min_t(pgoff_t, end, i_size_read(inode) >> PAGE_SHIFT); start++) {
+		struct kvm_memory_slot *slot;
+		struct gmem_file *f;
+
+		list_for_each_entry(f, &GMEM_I(inode)->gmem_file_list, entry) {
+			slot = xa_load(&f->bindings, start);
+			if (slot)
+				xa_erase(&f->kvm->mem_attr_array,
+					 slot->base_gfn + start - slot->gmem.pgoff);
+		}
+	}
	...>
}
