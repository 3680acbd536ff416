/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one place that knows what older UAPI headers lack. The suite is built
 * against the headers of some kernel source and then runs on other kernels:
 * names and numbers are ABI, so defining the missing ones is always right.
 */
#ifndef KVM_GMEM_KVM_COMPAT_H
#define KVM_GMEM_KVM_COMPAT_H

#include <linux/kvm.h>

/* Since 6.18: mmap-able guest_memfd. */
#ifndef KVM_CAP_GUEST_MEMFD_FLAGS
#define KVM_CAP_GUEST_MEMFD_FLAGS	244
#endif
#ifndef GUEST_MEMFD_FLAG_MMAP
#define GUEST_MEMFD_FLAG_MMAP		(1ULL << 0)
#endif
#ifndef GUEST_MEMFD_FLAG_INIT_SHARED
#define GUEST_MEMFD_FLAG_INIT_SHARED	(1ULL << 1)
#endif

/* f_type of a guest_memfd, in <linux/magic.h> since 6.18. */
#ifndef GUEST_MEMFD_MAGIC
#define GUEST_MEMFD_MAGIC		0x474d454d
#endif

/* Since 6.11. */
#ifndef KVM_PRE_FAULT_MEMORY
#define KVM_CAP_PRE_FAULT_MEMORY	236
#define KVM_PRE_FAULT_MEMORY	_IOWR(KVMIO, 0xd5, struct kvm_pre_fault_memory)
struct kvm_pre_fault_memory {
	__u64 gpa;
	__u64 size;
	__u64 flags;
	__u64 padding[5];
};
#endif

/* Since 6.12; the capability is older. */
#ifndef KVM_X86_QUIRK_SLOT_ZAP_ALL
#define KVM_X86_QUIRK_SLOT_ZAP_ALL	(1 << 7)
#endif

#endif
