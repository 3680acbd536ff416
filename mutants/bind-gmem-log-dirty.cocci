// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot with guest_memfd may log dirty pages.
// Origin: plausible
// Behaviours: BIND-1
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
check_memory_region_flags(...)
{
	<...
-	valid_flags &= ~KVM_MEM_LOG_DIRTY_PAGES;
+	;
	...>
}
