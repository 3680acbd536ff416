// SPDX-License-Identifier: GPL-2.0
// Breaks: KVM no longer says that it has guest_memfd.
// Origin: plausible
// Behaviours: CREATE-14
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_ioctl_check_extension_generic(...)
{
	<...
-	KVM_CAP_GUEST_MEMFD
+	0x7fffffff
	...>
}
