// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot may have any number of pages.
// Origin: plausible
// Behaviours: BIND-15
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_set_memory_region, __kvm_set_memory_region };
@@
fn(...)
{
	<...
-	(mem->memory_size >> PAGE_SHIFT) > KVM_MEM_MAX_NR_PAGES
+	0
	...>
}
