// SPDX-License-Identifier: GPL-2.0
// Breaks: A file that is no guest_memfd gives a wrong result.
// Origin: plausible
// Behaviours: CREATE-13 BIND-2
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
identifier fn = { kvm_gmem_prepare_memory_region, kvm_gmem_bind };
@@
fn(...)
{
	<...
	if (file->f_op != &kvm_gmem_fops)
-		goto err;
+		{
+			fput(file);
+			return 1;
+		}
	...>
}
