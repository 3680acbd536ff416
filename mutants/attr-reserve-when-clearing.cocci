// SPDX-License-Identifier: GPL-2.0
// Breaks: Converting to shared wants memory too.
// Origin: plausible
// Behaviours: ATTR-8
// File: virt/kvm/kvm_main.c
// Places: 1
// Kernels: 7.3

@@
@@
kvm_vm_set_mem_attributes(...)
{
	<...
-	entry && i < end
+	i < end
	...>
}
