// SPDX-License-Identifier: GPL-2.0
// Breaks: A hole leaves the mappings that system management mode has of it.
// Origin: plausible
// Behaviours: FALLOC-5 EXIT-11
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
__kvm_gmem_invalidate_start(...)
{
	<...
-	flush |= kvm_mmu_unmap_gfn_range(kvm, &gfn_range);
+	if (!slot->as_id)
+		flush |= kvm_mmu_unmap_gfn_range(kvm, &gfn_range);
	...>
}
