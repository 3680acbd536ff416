/* SPDX-License-Identifier: GPL-2.0 */
/* How long one case may take: what the runner says, so that --timeout counts. */
#ifndef KVM_GMEM_CASE_LIMIT_H
#define KVM_GMEM_CASE_LIMIT_H

#define CASE_LIMIT_ENV		"KVM_GMEM_TIMEOUT"
#define CASE_LIMIT_DEFAULT	60

/*
 * Seconds: a little less than $KVM_GMEM_TIMEOUT, so that the program ends a hang
 * and reports it before the runner does; CASE_LIMIT_DEFAULT without it.
 */
int case_limit_seconds(void);

/*
 * How long to wait for another thread, a device or the kernel, in seconds: shorter than
 * the case may take, so that a failure says what was waited for, and 40 at most.
 */
int wait_limit_seconds(void);

#endif
