// SPDX-License-Identifier: GPL-2.0
// Breaks: Any close of a descriptor takes the file from its slots.
// Origin: plausible
// Behaviours: BIND-8
// File: virt/kvm/guest_memfd.c
// Places: 2
// Kernels: 7.2 7.3

@@
typedef fl_owner_t;
iterator name xa_for_each;
@@
+static int kvm_gmem_flush(struct file *file, fl_owner_t id)
+{
+	struct gmem_file *f = file->private_data;
+	struct kvm_memory_slot *slot;
+	unsigned long index;
+
+	mutex_lock(&f->kvm->slots_lock);
+	xa_for_each(&f->bindings, index, slot)
+		WRITE_ONCE(slot->gmem.file, NULL);
+	__kvm_gmem_invalidate_start(f, 0, -1ul, KVM_FILTER_PRIVATE);
+	__kvm_gmem_invalidate_end(f, 0, -1ul);
+	mutex_unlock(&f->kvm->slots_lock);
+	return 0;
+}
+
static struct file_operations kvm_gmem_fops = {
	.mmap = kvm_gmem_mmap,
+	.flush = kvm_gmem_flush,
};
