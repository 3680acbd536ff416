/* SPDX-License-Identifier: GPL-2.0 */
/*
 * x86-64 only interfaces for the tests in x86_64/ and for lib/x86_64.
 * Register and bit names follow the architecture manuals.
 */
#ifndef KVM_GMEM_X86_H
#define KVM_GMEM_X86_H

#include "types.h"

struct vcpu;

#define X86_CR0_PE	BIT_ULL(0)
#define X86_CR0_MP	BIT_ULL(1)
#define X86_CR0_ET	BIT_ULL(4)
#define X86_CR0_NE	BIT_ULL(5)
#define X86_CR0_WP	BIT_ULL(16)
#define X86_CR0_PG	BIT_ULL(31)
#define X86_CR4_PAE	BIT_ULL(5)
#define X86_CR4_OSFXSR	BIT_ULL(9)
#define X86_CR4_OSXMM	BIT_ULL(10)
#define X86_EFER_LME	BIT_ULL(8)
#define X86_EFER_LMA	BIT_ULL(10)
#define X86_EFER_NX	BIT_ULL(11)

#define X86_PTE_P	BIT_ULL(0)
#define X86_PTE_W	BIT_ULL(1)
#define X86_PTE_A	BIT_ULL(5)
#define X86_PTE_D	BIT_ULL(6)
#define X86_PTE_PS	BIT_ULL(7)
#define X86_PTE_ADDR	0x000ffffffffff000ULL

/* FPU, TSC, MSR, PAE, CX8, PGE, CMOV, FXSR, SSE, SSE2; NX, LM. */
#define X86_CPUID_1_EDX		0x0700a171U
#define X86_CPUID_80000001_EDX	(1U << 20 | 1U << 29)

#define X86_VECTOR_UD	6
#define X86_VECTOR_GP	13
#define X86_VECTOR_PF	14

#define UCALL_PORT	0x600

/* Guest side: a KVM hypercall with the host vendor's instruction: its result. */
u64 guest_hypercall(u64 nr, u64 a0, u64 a1, u64 a2, u64 a3);

/*
 * Guest side: KVM_HC_MAP_GPA_RANGE (Documentation/virt/kvm/x86/hypercalls.rst)
 * over [gpa, gpa + size), 4K granularity; the result is 0 or a negative errno.
 */
s64 guest_map_gpa_range(u64 gpa, u64 size, bool private);

/* How many bits a physical address has on the host's CPU: CPUID 0x80000008, EAX[7:0]. */
unsigned int x86_host_address_bits(void);

/* Whether the host's CPU has SVM, and whether it has that or VMX: CPUID 0x80000001 and 1. */
bool x86_host_has_svm(void);
bool x86_host_has_virtualization(void);

/* Whether the host's KVM uses NPT or EPT, and not shadow paging: kvm_amd.npt, kvm_intel.ept. */
bool x86_kvm_has_nested_paging(void);

/* KVM_SET_CPUID2 with what KVM_GET_SUPPORTED_CPUID offers; only where needed. */
void vcpu_set_supported_cpuid(struct vcpu *vcpu);

/* The KVM_GET_SREGS/KVM_SET_SREGS pair for tests that change special registers. */
struct kvm_sregs;
void vcpu_get_sregs(struct vcpu *vcpu, struct kvm_sregs *sregs);
void vcpu_set_sregs(struct vcpu *vcpu, const struct kvm_sregs *sregs);
struct kvm_regs;
void vcpu_get_regs(struct vcpu *vcpu, struct kvm_regs *regs);
void vcpu_set_regs(struct vcpu *vcpu, const struct kvm_regs *regs);

#endif
