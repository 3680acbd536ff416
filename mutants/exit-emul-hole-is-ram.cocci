// SPDX-License-Identifier: GPL-2.0
// Breaks: Emulated accesses to a slot whose memory is gone are dropped.
// Origin: plausible
// Behaviours: EXIT-9
// File: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 7.2 7.3

@@
@@
emulator_read_write_onepage(...)
{
	<...
-	!ret && ops->read_write_guest(vcpu, gpa, val, bytes)
+	!ret && (ops->read_write_guest(vcpu, gpa, val, bytes) || kvm_vcpu_gfn_to_memslot(vcpu, gpa_to_gfn(gpa)))
	...>
}
