/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages of the calling process on a swap device. Sizes are in bytes, addresses and
 * sizes multiples of the page size. madvise(2), mincore(2), sysinfo(2).
 */
#ifndef KVM_GMEM_SWAP_H
#define KVM_GMEM_SWAP_H

#include "types.h"

/* Whether @size bytes fit in the swap space that is free now. For REQUIRE(). */
bool swap_available(u64 size);

/*
 * The number of pages of [hva, hva + size) that are not in memory: never touched,
 * dropped, or swapped out. Only where mincore(2) tells the caller, which it does for
 * anonymous memory and for files that the caller may write.
 */
u64 swap_count_absent(const void *hva, u64 size);

/*
 * Swap [hva, hva + size) out, by MADV_PAGEOUT on each CPU that the calling thread may use.
 * A page that somebody holds just then stays, so this tries again; false if some page is
 * still in memory after many tries. The device must be one that writes while it is asked
 * to, like a RAM disk: from others, pages of files leave memory too late to be seen.
 */
bool swap_out(void *hva, u64 size);

#endif
