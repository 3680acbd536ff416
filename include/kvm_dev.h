/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /dev/kvm and capabilities at system scope.
 * Documentation/virt/kvm/api.rst, 4.4 KVM_CHECK_EXTENSION.
 */
#ifndef KVM_GMEM_KVM_DEV_H
#define KVM_GMEM_KVM_DEV_H

#include "types.h"
#include "kvm_compat.h"

/*
 * The process' descriptor of /dev/kvm, opened on first use and kept; -errno
 * when it cannot be opened or does not speak KVM_API_VERSION.
 */
int __kvm_dev_fd(void);
int kvm_dev_fd(void);

/* KVM_CHECK_EXTENSION at system scope: the value, 0 when unknown or no KVM. */
int kvm_cap(unsigned int cap);

/* Bit N set: KVM_CREATE_VM takes type N (KVM_CAP_VM_TYPES; 1 before 6.8). */
u64 kvm_vm_types(void);

/* ioctl(2) with the result folded into one number: >= 0, or -errno. */
int kvm_ioctl(int fd, unsigned long request, void *arg);

#endif
