/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Accesses of the host that may fault, with the fault as a result. One byte
 * each; from any thread. SIGBUS and SIGSEGV belong to this file while it looks, and then
 * again to whom they belonged before.
 */
#ifndef KVM_GMEM_HOST_FAULT_H
#define KVM_GMEM_HOST_FAULT_H

#include "types.h"

struct host_fault {
	int signal;		/* SIGBUS, SIGSEGV, or 0: the access went through */
	int code;		/* si_code: BUS_ADRERR, BUS_MCEERR_AR, SEGV_ACCERR, ... */
	const void *address;	/* si_addr */
	u8 byte;		/* what was read; not changed by a write */
};

struct host_fault host_try_read(const void *hva);
struct host_fault host_try_write(void *hva, u8 byte);

#endif
