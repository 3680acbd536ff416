// SPDX-License-Identifier: GPL-2.0
// Breaks: Punching a hole frees one page too many.
// Origin: plausible
// Behaviours: FALLOC-4 FALLOC-8
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_punch_hole(...)
{
	<...
-	offset + len - 1
+	offset + len + PAGE_SIZE - 1
	...>
}
