// SPDX-License-Identifier: GPL-2.0
// Breaks: An access of the host that runs out of memory gets SIGBUS.
// Origin: plausible
// Behaviours: CREATE-7
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
kvm_gmem_fault_user_mapping(...)
{
	<...
-	return vmf_error(PTR_ERR(folio));
+	return VM_FAULT_SIGBUS;
	...>
}
