/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fault injection: slab allocations that the calling thread's system calls make in
 * the kernel fail (Documentation/fault-injection/fault-injection.rst). Only those
 * of a thread that armed it, while it is armed; other processes are not affected.
 * Needs CONFIG_FAILSLAB and CONFIG_FAIL_PAGE_ALLOC with debugfs, and the privilege to
 * use them.
 *
 * Either all fail from some point on (an allocation that the kernel tries again is
 * not had the second time either), or one does, of slab or of pages; a sweep tries each
 * of a call's allocations in turn.
 */
#ifndef KVM_GMEM_FAIL_SLAB_H
#define KVM_GMEM_FAIL_SLAB_H

#include "types.h"

/* Whether the interface is there and may be used; changes nothing. For REQUIRE(). */
bool fail_slab_available(void);

/*
 * Take over the settings, which are global: a second user waits here for the first.
 * fail_slab_close() puts back what was there, as does an early end of the case; after
 * a SIGKILL the next user does. It may be called without an open.
 */
void fail_slab_open(void);
void fail_slab_close(void);

/*
 * From now on the thread's allocations fail, after some that add up to @bytes
 * (of object sizes) and succeed. Nothing but the call to be tested should lie between
 * the two.
 */
void fail_slab_arm(u32 bytes);
void fail_slab_disarm(void);

/* The thread's @nth allocation from here on fails, counted from 1, and no other. */
void fail_slab_arm_nth(int nth);

/*
 * Count no further: true if the allocation was reached. Its failure need not have
 * been the system call's: some allocations have a fallback.
 */
bool fail_slab_disarm_nth(void);

/*
 * The same call again and again, with one allocation after the other failing, until the
 * one that is to fail is not reached any more:
 *
 *	struct fail_slab_sweep sweep = { 0 };
 *
 *	while (fail_slab_next(&sweep)) {
 *		...
 *		ret = FAIL_SLAB_NTH(&sweep, call);
 *		...
 *	}
 *	EXPECT_LT(0, sweep.nr_failed);
 */
struct fail_slab_sweep {
	int nth;	/* the allocation that fails; a test may advance it to leave some out */
	bool hit;	/* it was reached */
	int nr_failed;	/* calls that were refused; an allocation may have a fallback */
};

/* On to the next allocation: false if the call did not reach the one before. */
bool fail_slab_next(struct fail_slab_sweep *sweep);

/* What @call returns, 0 or -errno, while this round's allocation fails. Once a round. */
#define FAIL_SLAB_NTH(sweep, call)				\
	({							\
		struct fail_slab_sweep *__sweep = (sweep);	\
		int __ret;					\
								\
		fail_slab_arm_nth(__sweep->nth);		\
		__ret = (call);					\
		__sweep->hit = fail_slab_disarm_nth();		\
		__sweep->nr_failed += __ret < 0;		\
		__ret;						\
	})

#endif
