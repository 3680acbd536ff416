// SPDX-License-Identifier: GPL-2.0
// Breaks: There is an ioctl that pretends to read attributes.
// Origin: plausible
// Behaviours: ATTR-4
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_ioctl(...)
{
	<...
+	if (_IOC_NR(ioctl) == 0xd2 && (_IOC_DIR(ioctl) & _IOC_READ))
+		return 0;
	if (kvm->mm != current->mm || kvm->vm_dead) return -EIO;
	...>
}
