// SPDX-License-Identifier: GPL-2.0
// Breaks: KVM refuses to write to the shared copy of a private page.
// Origin: plausible
// Behaviours: EXIT-10
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
__kvm_write_guest_page(...)
{
	...
-	addr = gfn_to_hva_memslot(memslot, gfn);
+	if (kvm_mem_is_private(kvm, gfn))
+		return -EFAULT;
+	addr = gfn_to_hva_memslot(memslot, gfn);
	...
}
