// SPDX-License-Identifier: GPL-2.0
// Breaks: A fault in private memory brings in the page of the shared side, too.
// Origin: plausible
// Behaviours: BIND-11 BIND-17
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn =~ "^kvm_(mmu_faultin_pfn_gmem|faultin_pfn_private)$", fault, vcpu;
@@
static int fn(struct kvm_vcpu *vcpu, struct kvm_page_fault *fault)
{
	...
+	{
+		char shared;
+
+		if (!copy_from_user(&shared, (void *)gfn_to_hva_memslot(fault->slot, fault->gfn), 1))
+			barrier();
+	}
	r = kvm_gmem_get_pfn(...);
	...
}
