// SPDX-License-Identifier: GPL-2.0
// Breaks: When a slot goes, all mappings go, whatever the VM's type and quirks.
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
-	kvm->arch.vm_type == KVM_X86_DEFAULT_VM && kvm_check_has_quirk(kvm, KVM_X86_QUIRK_SLOT_ZAP_ALL)
+	true
	...>
}
