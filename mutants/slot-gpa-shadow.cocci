// SPDX-License-Identifier: GPL-2.0
// Breaks: Shadow paging, too, has guest memory end where the CPU's own addresses do.
// Origin: plausible
// Behaviours: BIND-15
// File: arch/x86/kvm/mmu.h
// Rebuild: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_mmu_max_gfn(...)
{
	<...
-	likely(tdp_enabled) ? kvm_host.maxphyaddr : 52
+	kvm_host.maxphyaddr
	...>
}
