// SPDX-License-Identifier: GPL-2.0
// Breaks: Attributes with flags are refused, but the first page's is stored, without a zap.
// Origin: plausible
// Behaviours: ATTR-1
// File: virt/kvm/kvm_main.c
// Places: 2
// Kernels: 7.3

@@
@@
kvm_vm_ioctl_set_mem_attributes(...)
{
	<...
	if (attrs->flags)
-		return -EINVAL;
+	{
+		xa_store(&kvm->mem_attr_array, attrs->address >> PAGE_SHIFT,
+			 attrs->attributes ? xa_mk_value(attrs->attributes) : NULL, GFP_KERNEL);
+		return -EINVAL;
+	}
	...>
}
