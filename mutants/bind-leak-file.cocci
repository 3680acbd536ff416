// SPDX-License-Identifier: GPL-2.0
// Breaks: Each slot keeps a reference to its file.
// Origin: plausible
// Behaviours: BIND-8 BIND-13
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 7.3

@@
@@
kvm_set_memory_region(...)
{
	<...
-	fput(new->gmem.file);
+	;
	...>
}
