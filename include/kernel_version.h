/* SPDX-License-Identifier: GPL-2.0 */
/* The running kernel's version, for facts that no capability tells of. */
#ifndef KVM_GMEM_KERNEL_VERSION_H
#define KVM_GMEM_KERNEL_VERSION_H

#include <stdbool.h>

/* Is the running kernel @major.@minor or newer, by what uname(2) says? */
bool kernel_at_least(unsigned int major, unsigned int minor);

#endif
