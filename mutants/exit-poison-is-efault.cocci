// SPDX-License-Identifier: GPL-2.0
// Breaks: A poisoned page gives EFAULT.
// Origin: plausible
// Behaviours: EXIT-6
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
__kvm_gmem_get_pfn(...)
{
	<...
-	ERR_PTR(-EHWPOISON)
+	ERR_PTR(-EFAULT)
	...>
}
