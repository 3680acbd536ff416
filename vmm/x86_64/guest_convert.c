// SPDX-License-Identifier: GPL-2.0
#include "guest_mem.h"
#include "guest_string.h"
#include "page_pattern.h"
#include "ucall.h"
#include "vmm/guest_convert.h"
#include "x86.h"

#define NR_BACK_AND_FORTH	8

struct range {
	u64 page;
	u64 nr_pages;
};

/* Range @i of a pattern; false behind the last. For guest and host. */
static bool pattern_range(u64 pattern, u64 nr_pages, u64 i, struct range *r)
{
	switch (pattern) {
	case GUEST_ODD_PAGES:
		*r = (struct range){ 2 * i + 1, 1 };
		break;
	case GUEST_RUNS:
		/* Behind runs of 1 to i pages and a page each. */
		*r = (struct range){ i * (i + 3) / 2, i + 1 };
		break;
	case GUEST_WHOLE:
		*r = (struct range){ i ? nr_pages : 0, nr_pages };
		break;
	default:
		*r = (struct range){ nr_pages / 2 - i, 2 * i + 1 };
		if (i == NR_BACK_AND_FORTH || i > nr_pages / 2)
			return false;
	}
	return r->page + r->nr_pages <= nr_pages;
}

/* Nothing of the private side may show in what has become shared; a device's bytes may. */
static void check_shared(u64 gpa, u64 nr_pages)
{
	u64 *word = (u64 *)gpa, *end = word + nr_pages * PAGE_SIZE / sizeof(u64);
	u64 found, expected;

	for (; word < end; word++) {
		found = READ_ONCE(*word);
		expected = page_pattern_word(PAGE_SHARED, (u64)word >> PAGE_SHIFT,
					     found >> PATTERN_GEN_SHIFT,
					     (u64)word % PAGE_SIZE / sizeof(u64));
		GUEST_ASSERT_MSG(page_word_is_partial(found, expected),
				 "shared gpa %p: expected 0 or %#llx, got %#llx", word,
				 expected, found);
	}
}

static void make_private(u64 gpa, u64 nr_pages, u64 gen)
{
	GUEST_ASSERT_EQ(0, guest_map_gpa_range(gpa, nr_pages * PAGE_SIZE, true));
	guest_check_zero(gpa, nr_pages);
	guest_fill_pages(gpa, nr_pages, PAGE_PRIVATE, gen);
}

static void make_shared(u64 gpa, u64 nr_pages, u64 gen)
{
	guest_check_pages(gpa, nr_pages, PAGE_PRIVATE, gen);
	GUEST_ASSERT_EQ(0, guest_map_gpa_range(gpa, nr_pages * PAGE_SIZE, false));
	check_shared(gpa, nr_pages);
}

void guest_convert_in_pattern(u64 pattern, u64 gpa, u64 nr_pages, u64 rounds)
{
	/* Back and forth overlaps itself: each range goes and comes by itself. */
	bool one_by_one = pattern == GUEST_BACK_AND_FORTH;
	struct range r;
	u64 round, i;

	for (round = 1; round <= rounds; round++) {
		for (i = 0; pattern_range(pattern, nr_pages, i, &r); i++) {
			make_private(gpa + r.page * PAGE_SIZE, r.nr_pages, round);
			if (one_by_one)
				make_shared(gpa + r.page * PAGE_SIZE, r.nr_pages, round);
		}
		for (i = 0; !one_by_one && pattern_range(pattern, nr_pages, i, &r); i++)
			make_shared(gpa + r.page * PAGE_SIZE, r.nr_pages, round);
	}
}

u64 guest_pattern_calls(enum guest_pattern pattern, u64 nr_pages)
{
	struct range r;
	u64 i = 0;

	while (pattern_range(pattern, nr_pages, i, &r))
		i++;
	return 2 * i;
}

void guest_bounce(u64 to, u64 from, u64 size)
{
	guest_memcpy((void *)to, (const void *)from, size);
}
