// SPDX-License-Identifier: GPL-2.0
// Breaks: A refused binding keeps a reference to the file.
// Origin: plausible
// Behaviours: BIND-14
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.3

@@
identifier fn = { kvm_gmem_prepare_memory_region, kvm_gmem_bind };
@@
fn(...)
{
	<...
	err:
-	fput(file);
	return -EINVAL;
	...>
}
