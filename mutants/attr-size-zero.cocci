// SPDX-License-Identifier: GPL-2.0
// Breaks: A size of zero succeeds.
// Origin: plausible
// Behaviours: ATTR-1
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_ioctl_set_mem_attributes(...)
{
	<...
-	attrs->size == 0 || attrs->address + attrs->size < attrs->address
+	attrs->address + attrs->size < attrs->address
	...>
}
