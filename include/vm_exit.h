/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One return of KVM_RUN, decoded. It is a value: the next run does not change
 * it. Documentation/virt/kvm/api.rst, 5. The kvm_run structure.
 */
#ifndef KVM_GMEM_VM_EXIT_H
#define KVM_GMEM_VM_EXIT_H

#include "types.h"
#include "kvm_compat.h"
#include "ucall.h"

/*
 * kvm_run is filled with this before every KVM_RUN, so that a field that the
 * kernel did not write cannot pass for a fresh one.
 */
#define VM_EXIT_POISON		0xd1d1d1d1U
#define VM_EXIT_POISON64	0xd1d1d1d1d1d1d1d1ULL

struct vm_exit {
	int ret;		/* of KVM_RUN: 0 or -errno */
	u32 reason;		/* KVM_EXIT_*, VM_EXIT_POISON when not written */
	enum ucall_cmd ucall;	/* UCALL_NONE unless the exit is a ucall */
	int vcpu;		/* index of the vCPU that left */
	union {
		struct ucall uc;	/* a ucall */
		struct {		/* KVM_EXIT_MEMORY_FAULT */
			u64 flags;
			u64 gpa;
			u64 size;
		} memory_fault;
		struct {		/* KVM_EXIT_IO */
			u8 out;
			u8 size;
			u16 port;
			u32 count;
			u8 data[8];	/* of the first element(s) */
		} io;
		struct {		/* KVM_EXIT_MMIO */
			u64 gpa;
			u8 data[8];
			u32 len;
			u8 is_write;
		} mmio;
		struct {		/* KVM_EXIT_HYPERCALL */
			u64 nr;
			u64 args[6];
		} hypercall;
		struct {		/* KVM_EXIT_INTERNAL_ERROR, FAIL_ENTRY */
			u64 code;
		} error;
	};
};

struct kvm_run;

/* Decode what KVM_RUN left in @run; @area is the vCPU's ucall page. */
struct vm_exit vm_exit_decode(int ret, const struct kvm_run *run,
			      const struct vcpu_area *area, int vcpu);

/* The name of a KVM_EXIT_* value, "not written" for the poison. */
const char *vm_exit_reason_name(u32 reason);

/*
 * One line that says all of an exit, for failure messages. The text is in a
 * buffer per thread that the next call overwrites.
 */
const char *vm_exit_str(const struct vm_exit *exit);

/* Whether a call into the guest ran to its end. */
static inline bool vm_exit_is_done(const struct vm_exit *exit)
{
	return exit->ucall == UCALL_DONE;
}

#endif
