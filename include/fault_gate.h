/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A page of anonymous memory at which whoever touches it is held up, also KVM on a
 * vCPU's or an ioctl's behalf: a place to stop the kernel in the midst of something,
 * for tests that would otherwise have to win a race. By userfaultfd; the wait in the
 * kernel can be interrupted by signals.
 */
#ifndef KVM_GMEM_FAULT_GATE_H
#define KVM_GMEM_FAULT_GATE_H

#include "types.h"

struct fault_gate {
	int fd;
	void *page;
};

/* Whether the kernel lets this process hold up kernel accesses. For REQUIRE(). */
bool fault_gate_available(void);

/* Close the page, which must not be populated. */
void fault_gate_close(struct fault_gate *gate, void *page);

/* Wait until somebody is held up; bounded like all waits here. */
void fault_gate_wait(struct fault_gate *gate);

/* Make it a page of zeros, and let everybody pass. */
void fault_gate_open(struct fault_gate *gate);

#endif
