/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bitmaps of pages. A range is [first, first + nr); searches end before @end and
 * return it when they find nothing. Scanned word by word, so that a large block
 * does not cost by the page.
 */
#ifndef KVM_GMEM_VMM_BITMAP_H
#define KVM_GMEM_VMM_BITMAP_H

#include "types.h"

/* @nr_bits clear bits; ends the case without memory. free() it. */
u64 *bitmap_alloc(u64 nr_bits);

static inline bool bitmap_test(const u64 *map, u64 bit)
{
	return map[bit / 64] >> (bit % 64) & 1;
}

void bitmap_assign(u64 *map, u64 first, u64 nr, bool value);

/* The first bit of @first..@end - 1 that is @value. */
u64 bitmap_find(const u64 *map, u64 first, u64 end, bool value);

/* The last set bit that is not behind @bit, which must exist. */
u64 bitmap_find_back(const u64 *map, u64 bit);

/* The number of set bits in a range. */
u64 bitmap_count(const u64 *map, u64 first, u64 nr);

#endif
