// SPDX-License-Identifier: GPL-2.0
// Breaks: No VM has a second address space.
// Origin: plausible
// Behaviours: EXIT-11
// File: arch/x86/include/asm/kvm_host.h
// Rebuild: arch/x86/kvm/x86.c arch/x86/kvm/mmu/mmu.c virt/kvm/kvm_main.c
// Places: 1
// Kernels: 6.12 7.2 7.3

@@
@@
-#define kvm_arch_nr_memslot_as_ids(kvm) (kvm_arch_has_private_mem(kvm) ? 1 : 2)
+#define kvm_arch_nr_memslot_as_ids(kvm) 1
