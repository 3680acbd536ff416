// SPDX-License-Identifier: GPL-2.0
// Breaks: Allocating and punching leave the file's times as they are.
// Origin: plausible
// Behaviours: FALLOC-9
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_gmem_fallocate(...)
{
	<...
-	file_modified(file);
+	;
	...>
}
