/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Leaks of kernel memory that is charged to nobody: how much there is for small objects
 * ("Slab:" of /proc/meminfo) before and after. It is the whole machine's: cases that look
 * at it need to be alone.
 */
#ifndef KVM_GMEM_SLAB_H
#define KVM_GMEM_SLAB_H

#include <stdbool.h>

#include "types.h"

/* What may remain without a leak: use amounts that are much larger. */
#define SLAB_SLACK	(3 * SZ_1M / 2)

/* Whether it can be told, which KASAN prevents: it keeps what was freed. For REQUIRE(). */
bool slab_leaks_show(void);

/*
 * Do @work @nr times, besides a first time that fills the kernel's caches, and wait until
 * nothing that it took is left: NULL, or one line. A leak is there each time, unlike what
 * others take meanwhile: it has three tries.
 */
const char *slab_leak_complaint(void (*work)(void *arg), void *arg, unsigned int nr);

/* For files that include harness.h. */
#define EXPECT_NO_SLAB_LEAK(work, arg, nr) \
	__EXPECT_NO_COMPLAINT(slab_leak_complaint(work, arg, nr), 0)

#endif
