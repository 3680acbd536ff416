// SPDX-License-Identifier: GPL-2.0
// Breaks: A file of a bad size is refused, but a descriptor of another stays open.
// Origin: plausible
// Behaviours: CREATE-2
// File: virt/kvm/guest_memfd.c
// Places: 2
// Kernels: 7.3

@@
@@
kvm_gmem_create(...)
{
	<...
	if (size <= 0 || !PAGE_ALIGNED(size))
-		return -EINVAL;
+	{
+		__kvm_gmem_create(kvm, PAGE_SIZE, flags);
+		return -EINVAL;
+	}
	...>
}
