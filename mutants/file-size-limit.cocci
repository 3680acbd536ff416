// SPDX-License-Identifier: GPL-2.0
// Breaks: Files above a tebibyte are refused.
// Origin: plausible
// Behaviours: CREATE-2
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_create(...)
{
	<...
-	size <= 0
+	size <= 0 || size > (1LL << 40)
	...>
}
