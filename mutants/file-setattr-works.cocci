// SPDX-License-Identifier: GPL-2.0
// Breaks: Size, mode and times of the file can be changed.
// Origin: plausible
// Behaviours: CREATE-6
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_setattr(...)
{
	<...
-	return -EINVAL;
+	return simple_setattr(idmap, dentry, attr);
	...>
}
