// SPDX-License-Identifier: GPL-2.0
// Breaks: VMs with private memory cannot pre-fault.
// Origin: plausible
// Behaviours: PREFAULT-3
// File: arch/x86/kvm/x86.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
-type == KVM_X86_DEFAULT_VM || type == KVM_X86_SW_PROTECTED_VM
+type == KVM_X86_DEFAULT_VM
