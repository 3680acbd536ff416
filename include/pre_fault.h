/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KVM_PRE_FAULT_MEMORY: map guest memory as if the vCPU had read it.
 * Documentation/virt/kvm/api.rst, 4.143; virt/kvm/kvm_main.c,
 * kvm_vcpu_pre_fault_memory().
 */
#ifndef KVM_GMEM_PRE_FAULT_H
#define KVM_GMEM_PRE_FAULT_H

#include "case_limit.h"
#include "types.h"

struct vcpu;

/*
 * For alarm() around cases that pre-fault: several kernels have bugs that make the
 * ioctl spin until there is a signal. It bounds that failure, no more. Never 0, which
 * would be no alarm.
 */
#define PRE_FAULT_LIMIT_SECONDS	(case_limit_seconds() / 4 + 1)

/*
 * One ioctl for [*gpa, *gpa + *size): 0 or -errno. Both are advanced to what KVM
 * left undone, as they are by an error after part of the work.
 */
int __vcpu_pre_fault(struct vcpu *vcpu, u64 *gpa, u64 *size);

/* The whole range must be mapped, in as many calls as it takes. */
void vcpu_pre_fault(struct vcpu *vcpu, u64 gpa, u64 size);

#endif
