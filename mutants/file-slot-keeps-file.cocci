// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot keeps a reference to its file.
// Origin: plausible
// Behaviours: CREATE-9
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.3

@@
@@
kvm_gmem_commit_memory_region(...)
{
	<...
	r = xa_err(xa_store_range(...));
+	if (!r)
+		get_file(slot->gmem.file);
	...>
}
