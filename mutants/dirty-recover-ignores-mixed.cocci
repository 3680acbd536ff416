// SPDX-License-Identifier: GPL-2.0
// Breaks: When dirty logging ends, what the host maps large is mapped large, whatever is private.
// Origin: plausible
// Behaviours: ATTR-7 EXIT-14
// File: arch/x86/kvm/mmu/mmu.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_mmu_max_mapping_level(...)
{
	<...
-	if (!linfo->disallow_lpage)
-		break;
+	if (!fault || !linfo->disallow_lpage)
+		break;
	...>
}
