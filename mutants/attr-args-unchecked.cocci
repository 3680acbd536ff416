// SPDX-License-Identifier: GPL-2.0
// Breaks: KVM_SET_MEMORY_ATTRIBUTES checks none of its arguments.
// Origin: plausible
// Behaviours: ATTR-1 ATTR-2
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_ioctl_set_mem_attributes(...)
{
	<...
-	if (attrs->flags)
-		return -EINVAL;
	...>
}

@@
@@
kvm_vm_ioctl_set_mem_attributes(...)
{
	<...
-	if (attrs->attributes & ~kvm_supported_mem_attributes(kvm))
-		return -EINVAL;
	...>
}

@@
@@
kvm_vm_ioctl_set_mem_attributes(...)
{
	<...
-	if (attrs->size == 0 || attrs->address + attrs->size < attrs->address)
-		return -EINVAL;
	...>
}

@@
@@
kvm_vm_ioctl_set_mem_attributes(...)
{
	<...
-	if (!PAGE_ALIGNED(attrs->address) || !PAGE_ALIGNED(attrs->size))
-		return -EINVAL;
	...>
}
