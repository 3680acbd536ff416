// SPDX-License-Identifier: GPL-2.0
// Breaks: Allocation makes private what the file is bound to.
// Origin: plausible
// Behaviours: FALLOC-7
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
iterator name list_for_each_entry;
@@
kvm_gmem_allocate(...)
{
	<...
+	{
+		struct kvm_memory_slot *slot;
+		struct gmem_file *f;
+
+		list_for_each_entry(f, &GMEM_I(inode)->gmem_file_list, entry) {
+			slot = xa_load(&f->bindings, index);
+			if (slot)
+				xa_store(&f->kvm->mem_attr_array,
+					 slot->base_gfn + index - slot->gmem.pgoff,
+					 xa_mk_value(KVM_MEMORY_ATTRIBUTE_PRIVATE), GFP_KERNEL);
+		}
+	}
	index = folio_next_index(folio);
	...>
}
