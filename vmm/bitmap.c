// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "fail.h"
#include "vmm/bitmap.h"

u64 *bitmap_alloc(u64 nr_bits)
{
	u64 *map = calloc(nr_bits / 64 + 1, sizeof(*map));

	FAIL_UNLESS(map, "out of memory");
	return map;
}

/* The bits of word @i that belong to [first, end). */
static u64 word_mask(u64 i, u64 first, u64 end)
{
	u64 mask = ~0ULL;

	if (first > i * 64)
		mask &= ~0ULL << (first - i * 64);
	if (end < (i + 1) * 64)
		mask &= ~(~0ULL << (end - i * 64));
	return mask;
}

void bitmap_assign(u64 *map, u64 first, u64 nr, bool value)
{
	u64 end = first + nr, i;

	for (i = first / 64; i * 64 < end; i++) {
		if (value)
			map[i] |= word_mask(i, first, end);
		else
			map[i] &= ~word_mask(i, first, end);
	}
}

u64 bitmap_find(const u64 *map, u64 first, u64 end, bool value)
{
	u64 i, found;

	for (i = first / 64; i * 64 < end; i++) {
		found = (value ? map[i] : ~map[i]) & word_mask(i, first, end);
		if (found)
			return i * 64 + __builtin_ctzll(found);
	}
	return end;
}

u64 bitmap_find_back(const u64 *map, u64 bit)
{
	u64 i = bit / 64;
	u64 found = map[i] & word_mask(i, 0, bit + 1);

	while (!found) {
		FAIL_UNLESS(i, "no bit is set up to %llu", bit);
		found = map[--i];
	}
	return i * 64 + 63 - __builtin_clzll(found);
}

u64 bitmap_count(const u64 *map, u64 first, u64 nr)
{
	u64 end = first + nr, count = 0, i;

	for (i = first / 64; i * 64 < end; i++)
		count += __builtin_popcountll(map[i] & word_mask(i, first, end));
	return count;
}
