// SPDX-License-Identifier: GPL-2.0
// Breaks: Unknown high flags are ignored.
// Origin: plausible
// Behaviours: BIND-1 BIND-7
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
check_memory_region_flags(...)
{
	<...
-	mem->flags & ~valid_flags
+	mem->flags & ~valid_flags & 0xffff
	...>
}
