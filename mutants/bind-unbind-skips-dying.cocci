// SPDX-License-Identifier: GPL-2.0
// Breaks: Deleting a slot leaves its bindings while the file is being closed.
// Origin: undoes "KVM: guest_memfd: Remove bindings on memslot deletion when gmem is dying"
// Behaviours: BIND-9
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_unbind(...)
{
	<...
(
	if (!file) return;
+	file = kvm_gmem_get_file(slot);
+	if (!file)
+		return;
+	fput(file);
|
-	__kvm_gmem_unbind(slot, slot->gmem.file->private_data);
)
	...>
}
