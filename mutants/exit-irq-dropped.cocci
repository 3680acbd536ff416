// SPDX-License-Identifier: GPL-2.0
// Breaks: The in-kernel local APIC delivers no interrupts.
// Origin: plausible
// Behaviours: EXIT-16
// File: arch/x86/kvm/lapic.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
__apic_accept_irq(...)
{
	<...
-	kvm_x86_call(deliver_interrupt)(apic, delivery_mode, trig_mode, vector);
+	;
	...>
}
