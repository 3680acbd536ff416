// SPDX-License-Identifier: GPL-2.0
// Breaks: VM ioctls work from other processes.
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
-	kvm->mm != current->mm || kvm->vm_dead
+	kvm->vm_dead
	...>
}
