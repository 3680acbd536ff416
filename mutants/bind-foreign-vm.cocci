// SPDX-License-Identifier: GPL-2.0
// Breaks: A slot may use the file of another VM.
// Origin: plausible
// Behaviours: BIND-2
// File: virt/kvm/guest_memfd.c
// Places: 1
// Kernels: 7.2 7.3

@@
identifier fn = { kvm_gmem_prepare_memory_region, kvm_gmem_bind };
@@
fn(...)
{
	<...
-	f->kvm != kvm
+	!f->kvm
	...>
}
