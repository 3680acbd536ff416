// SPDX-License-Identifier: GPL-2.0
// Breaks: Truncation is refused, but takes the pages.
// Origin: plausible
// Behaviours: CREATE-6
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.3

@@
identifier attr, dentry, idmap;
@@
kvm_gmem_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr)
{
+	if (attr->ia_valid & ATTR_SIZE)
+		truncate_inode_pages(d_inode(dentry)->i_mapping, attr->ia_size);
	return -EINVAL;
}
