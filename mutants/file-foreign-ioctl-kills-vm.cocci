// SPDX-License-Identifier: GPL-2.0
// Breaks: A VM ioctl of another process ends the VM.
// Origin: plausible
// Behaviours: CREATE-8
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_ioctl(...)
{
	<...
+	if (kvm->mm != current->mm)
+		kvm->vm_dead = true;
	if (kvm->mm != current->mm || kvm->vm_dead) return -EIO;
	...>
}
