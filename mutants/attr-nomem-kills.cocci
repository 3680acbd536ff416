// SPDX-License-Identifier: GPL-2.0
// Breaks: A conversion without memory is the end of the VM.
// Origin: plausible
// Behaviours: ATTR-8
// File: virt/kvm/kvm_main.c
// Places: 2
// Kernels: 6.12 7.2 7.3

@@
@@
kvm_vm_set_mem_attributes(...)
{
	<...
	r = xa_reserve(&kvm->mem_attr_array, i, GFP_KERNEL_ACCOUNT);
	if (r)
-		goto out_unlock;
+	{
+		kvm_vm_dead(kvm);
+		goto out_unlock;
+	}
	...>
}
