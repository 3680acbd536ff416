// SPDX-License-Identifier: GPL-2.0
// Breaks: The VM type with private memory is offered without nested paging.
// Origin: undoes "KVM: x86/mmu: Restrict KVM_SW_PROTECTED_VM to the TDP MMU"
// Behaviours: EXIT-7
// File: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_x86_vendor_init, __kvm_x86_vendor_init };
@@
fn(...)
{
	<...
-	IS_ENABLED(CONFIG_KVM_SW_PROTECTED_VM) && tdp_mmu_enabled
+	IS_ENABLED(CONFIG_KVM_SW_PROTECTED_VM)
	...>
}
