// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot keeps pointing to a file that is gone.
// Origin: plausible
// Behaviours: BIND-8
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
iterator name xa_for_each;
@@
kvm_gmem_release(...)
{
	<...
-	xa_for_each(&f->bindings, index, slot)
-		WRITE_ONCE(slot->gmem.file, NULL);
+	(void)index;
+	(void)slot;
	...>
}
