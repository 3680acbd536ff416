/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vCPUs. A call into the guest is prepared by vcpu_call() and carried on by
 * vcpu_run() until the guest function returns (UCALL_DONE); whatever stops it
 * on the way is returned as a struct vm_exit.
 * Documentation/virt/kvm/api.rst, 4.7 KVM_CREATE_VCPU and 4.10 KVM_RUN.
 */
#ifndef KVM_GMEM_VCPU_H
#define KVM_GMEM_VCPU_H

#include "types.h"
#include "ucall.h"
#include "vm_exit.h"

struct vm;

struct vcpu {
	struct vm *vm;
	int index;		/* in vm->vcpus, and KVM's vCPU id */
	int fd;
	struct kvm_run *run;
	size_t run_size;
	struct vcpu_area *area;	/* the ucall page, host's view */
	u64 area_gpa;
	bool idle;		/* the last call returned, or none was made */
};

/*
 * The next vCPU of the VM, ready for vcpu_call(). The __ variant gives NULL and
 * -errno in *@err when KVM refuses a 64-bit flat vCPU (software-only hosts).
 */
struct vcpu *__vcpu_create(struct vm *vm, int *err);
struct vcpu *vcpu_create(struct vm *vm);

/* Close and unmap; vm_free() does it for all. Safe with NULL. */
void vcpu_free(struct vcpu *vcpu);

/*
 * Make @fn with up to six integer arguments the next thing the vCPU does. A
 * call that did not return is given up: the vCPU starts again with an empty
 * stack.
 */
void __vcpu_call(struct vcpu *vcpu, guest_fn fn, const u64 *args, int nr_args);
#define vcpu_call(vcpu, fn, ...)					\
	do {								\
		const u64 __call_args[] = { 0, ##__VA_ARGS__ };		\
									\
		__vcpu_call(vcpu, (guest_fn)(void *)(fn), &__call_args[1], \
			    ARRAY_SIZE(__call_args) - 1);		\
	} while (0)

/*
 * One KVM_RUN, after poisoning kvm_run. Lines that the guest prints are passed
 * on and do not end it. EINTR is returned like any other error.
 */
struct vm_exit vcpu_run(struct vcpu *vcpu);

/* The call must run to its end without another exit: the guest's result. */
u64 vcpu_run_done(struct vcpu *vcpu);

/* vcpu_call() and vcpu_run_done() in one. */
#define vcpu_call_done(vcpu, fn, ...)					\
	({								\
		vcpu_call(vcpu, fn, ##__VA_ARGS__);			\
		vcpu_run_done(vcpu);					\
	})

/* An ioctl on the vCPU's descriptor: >= 0 or -errno. */
int vcpu_ioctl(struct vcpu *vcpu, unsigned long request, void *arg);

#endif
