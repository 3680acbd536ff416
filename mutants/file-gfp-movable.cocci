// SPDX-License-Identifier: GPL-2.0
// Breaks: Pages that never move are taken from memory that is kept for those that do.
// Origin: plausible
// Behaviours: CREATE-11
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
__kvm_gmem_create(...)
{
	<...
	mapping_set_gfp_mask(inode->i_mapping,
-		GFP_HIGHUSER
+		GFP_HIGHUSER_MOVABLE
	);
	...>
}
