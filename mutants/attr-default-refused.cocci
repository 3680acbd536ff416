// SPDX-License-Identifier: GPL-2.0
// Breaks: VMs without private memory refuse attributes of 0.
// Origin: plausible
// Behaviours: ATTR-2
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_ioctl_set_mem_attributes(...)
{
	<...
-	attrs->attributes & ~kvm_supported_mem_attributes(kvm)
+	attrs->attributes & ~kvm_supported_mem_attributes(kvm) || !kvm_supported_mem_attributes(kvm)
	...>
}
