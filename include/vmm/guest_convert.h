/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guests that convert their memory in patterns, by hypercall, and check what they
 * find. To be called with vcpu_call() under vmm_run().
 */
#ifndef KVM_GMEM_VMM_GUEST_CONVERT_H
#define KVM_GMEM_VMM_GUEST_CONVERT_H

#include "types.h"

/* Which parts of an area become private, one after the other. */
enum guest_pattern {
	GUEST_ODD_PAGES,	/* every second page */
	GUEST_RUNS,		/* 1, 2, 3, ... pages with one page between */
	GUEST_WHOLE,		/* all at once */
	GUEST_BACK_AND_FORTH,	/* the same page, and then more and more around it */
	NR_GUEST_PATTERNS,
};

/*
 * @rounds times over an area that is shared: each range of the pattern becomes private,
 * is found to be zeros, and is filled; at the end of the round all that is private
 * must be as it was filled; then each range becomes shared. Of a page that comes back
 * shared nothing private may be left: each word is zero, or of a shared pattern of
 * that page (page_pattern.h), which a device may have put there. GUEST_ASSERTs all that.
 */
void guest_convert_in_pattern(u64 pattern, u64 gpa, u64 nr_pages, u64 rounds);

/* The number of hypercalls that one round makes. */
u64 guest_pattern_calls(enum guest_pattern pattern, u64 nr_pages);

/*
 * As a confidential guest's driver: copy @size bytes from private memory to a shared
 * bounce buffer, or back.
 */
void guest_bounce(u64 to, u64 from, u64 size);

#endif
