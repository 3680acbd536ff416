/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Failing kernel allocations: the Nth that the calling thread makes. For sweeps
 * over all allocations of one system call, until a count is not reached:
 *
 *	for (nth = 1, hit = true; hit; nth++) {
 *		fault_inject(nth);
 *		ret = ...;
 *		hit = fault_inject_stop();
 *	}
 *
 * Needs CONFIG_FAILSLAB, CONFIG_FAULT_INJECTION_DEBUG_FS, debugfs and root.
 * Documentation/fault-injection/fault-injection.rst, "fail-nth".
 */
#ifndef KVM_GMEM_FAULT_INJECT_H
#define KVM_GMEM_FAULT_INJECT_H

#include "types.h"

/*
 * Whether it can be done here, for REQUIRE(). Also makes allocations that may
 * sleep eligible, silently. That stays so, and is nothing to threads that do not
 * ask for failures.
 */
bool fault_inject_available(void);

/*
 * The same, with allocations of pages among those that are counted: of all users
 * from then on. Needs CONFIG_FAIL_PAGE_ALLOC too.
 */
bool fault_inject_pages_available(void);

/* The @nth allocation from here on fails, counted from 1. */
void fault_inject(int nth);

/*
 * Count no further: true if the allocation was reached. Its failure need not have
 * been the system call's: some allocations have a fallback.
 */
bool fault_inject_stop(void);

#endif
