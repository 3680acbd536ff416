/* SPDX-License-Identifier: GPL-2.0 */
/* What tiny_vm.c needs of the guest. */
#ifndef KVM_GMEM_VMM_TINY_GUEST_H
#define KVM_GMEM_VMM_TINY_GUEST_H

#include "types.h"

/* Guest code. */
void tiny_guest_main(u64 has_device);

/* The firmware's code, to be copied. */
extern const char tiny_firmware_start[], tiny_firmware_end[];

#endif
