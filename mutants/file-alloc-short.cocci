// SPDX-License-Identifier: GPL-2.0
// Breaks: Allocation of several pages leaves out the last.
// Origin: plausible
// Behaviours: FALLOC-3
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_allocate(...)
{
	<...
-	end = (offset + len) >> PAGE_SHIFT;
+	end = ((offset + len) >> PAGE_SHIFT) - (len > PAGE_SIZE);
	...>
}
