/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KVM's binary statistics (KVM_GET_STATS_FD) of a VM or of a vCPU, as evidence of
 * what the MMU did: pf_fixed of a vCPU, pages_4k, pages_2m and pages_1g of a VM.
 * Nothing is kept between calls: each reads what the kernel says then.
 */
#ifndef KVM_GMEM_STATS_H
#define KVM_GMEM_STATS_H

#include "types.h"

/*
 * Read statistic @name of the VM or vCPU @fd. Returns 0, or
 *   -ENOENT      there is no statistic of that name,
 *   -EOPNOTSUPP  it is a histogram, not one value,
 *   -EBADMSG     the file is not what the KVM API document describes,
 *   any error of KVM_GET_STATS_FD or pread().
 */
int __kvm_stat_get(int fd, const char *name, u64 *val);
/* The value; ends the case where __kvm_stat_get() returns an error. */
u64 kvm_stat_get(int fd, const char *name);

/* The same for a statistics file that is open already. Does not move its offset. */
int __kvm_stats_file_get(int stats_fd, const char *name, u64 *val);
u64 kvm_stats_file_get(int stats_fd, const char *name);

#endif
