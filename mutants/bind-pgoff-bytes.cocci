// SPDX-License-Identifier: GPL-2.0
// Breaks: The offset of a slot in its file is ignored.
// Origin: plausible
// Behaviours: BIND-5
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_gmem_prepare_memory_region, kvm_gmem_bind };
@@
fn(...)
{
	<...
(
-	slot->gmem.pgoff = offset >> PAGE_SHIFT;
+	slot->gmem.pgoff = 0;
|
-	slot->gmem.pgoff = start;
+	slot->gmem.pgoff = 0;
)
	...>
}
