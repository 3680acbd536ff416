// SPDX-License-Identifier: GPL-2.0
// Breaks: Running out of memory gives no memory fault exit.
// Origin: plausible
// Behaviours: CREATE-10
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 7.2 7.3

@@
identifier fn = { kvm_mmu_faultin_pfn_gmem, kvm_mmu_faultin_pfn_private };
@@
fn(...)
{
	<...
	if (r) {
+		if (r != -ENOMEM)
		kvm_mmu_prepare_memory_fault_exit(vcpu, fault);
		return r;
	}
	...>
}
