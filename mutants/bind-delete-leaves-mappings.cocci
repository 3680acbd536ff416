// SPDX-License-Identifier: GPL-2.0
// Breaks: A deleted slot stays mapped in the guest.
// Origin: plausible
// Behaviours: BIND-7
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_arch_flush_shadow_memslot(...)
{
	<...
-	write_lock(&kvm->mmu_lock);
+	if (slot->flags & KVM_MEM_GUEST_MEMFD)
+		return;
+	write_lock(&kvm->mmu_lock);
	...>
}
