// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot with guest_memfd may be read-only.
// Origin: undoes "KVM: Make KVM_MEM_GUEST_MEMFD mutually exclusive with KVM_MEM_READONLY"
// Behaviours: BIND-1
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
check_memory_region_flags(...)
{
	<...
-	kvm_arch_has_readonly_mem(kvm) && !(mem->flags & KVM_MEM_GUEST_MEMFD)
+	kvm_arch_has_readonly_mem(kvm)
	...>
}
