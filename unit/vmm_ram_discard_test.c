// SPDX-License-Identifier: GPL-2.0
/* ram_discard.c and bitmap.c: who is told what, in which order, and what is taken back. */
#include <errno.h>
#include <stdlib.h>

#include "rng.h"
#include "vmm/bitmap.h"
#include "vmm/ram_discard.h"

#include "kselftest_harness.h"

#define NR_PAGES	200

/* Has what it was told, and refuses one call. */
struct recorder {
	struct ram_discard_listener listener;
	bool has[NR_PAGES];
	int refuse_at;		/* this call from now on, counted from 1; 0: none */
	int nr_calls;
	int nr_wrong;		/* told what it knew, or outside of its section */
};

static int record(struct ram_discard_listener *l, u64 page, u64 nr_pages, bool populated)
{
	struct recorder *r = (struct recorder *)l;
	u64 i;

	if (r->refuse_at && !--r->refuse_at)
		return -EBUSY;
	r->nr_calls++;
	for (i = page; i < page + nr_pages; i++) {
		if (i < l->page || i >= l->page + l->nr_pages || r->has[i] == populated)
			r->nr_wrong++;
		r->has[i] = populated;
	}
	return 0;
}

static int record_populate(struct ram_discard_listener *l, u64 page, u64 nr_pages)
{
	return record(l, page, nr_pages, true);
}

static int record_discard(struct ram_discard_listener *l, u64 page, u64 nr_pages)
{
	return record(l, page, nr_pages, false);
}

static struct recorder recorder(u64 page, u64 nr_pages)
{
	return (struct recorder){
		.listener = {
			.page = page,
			.nr_pages = nr_pages,
			.populate = record_populate,
			.discard = record_discard,
		},
	};
}

static int set(struct ram_discard *rd, u64 page, u64 nr_pages, bool populated)
{
	int ret = __ram_discard_notify(rd, page, nr_pages, populated);

	if (!ret)
		ram_discard_commit(rd, page, nr_pages, populated);
	return ret;
}

/* Pages of the section that the listener and the manager see differently. */
static int nr_differences(const struct ram_discard *rd, const struct recorder *r)
{
	int nr = r->nr_wrong;
	u64 i;

	for (i = 0; i < NR_PAGES; i++) {
		bool inside = i - r->listener.page < r->listener.nr_pages;

		nr += r->has[i] != (inside && ram_discard_is_populated(rd, i));
	}
	return nr;
}

/* Red: "end - start" without clipping in tell(). */
TEST(listener_sees_its_section_only)
{
	struct ram_discard *rd = ram_discard_create(NR_PAGES, false);
	struct recorder r = recorder(65, 70);

	ram_discard_register(rd, &r.listener);
	EXPECT_EQ(0, r.nr_calls);
	EXPECT_EQ(0, set(rd, 0, 65, true));
	EXPECT_EQ(0, set(rd, 135, 65, true));
	EXPECT_EQ(0, r.nr_calls);
	EXPECT_EQ(0, set(rd, 60, 10, true));
	EXPECT_EQ(0, set(rd, 130, 10, true));
	EXPECT_EQ(2, r.nr_calls);
	EXPECT_EQ(0, nr_differences(rd, &r));
	ram_discard_unregister(rd, &r.listener);
	ram_discard_free(rd);
}

/* Red: notify of the whole range instead of its runs. */
TEST(pages_that_do_not_change_are_not_told_of)
{
	struct ram_discard *rd = ram_discard_create(NR_PAGES, false);
	struct recorder r = recorder(0, NR_PAGES);

	ram_discard_register(rd, &r.listener);
	set(rd, 3, 1, true);
	set(rd, 64, 64, true);
	set(rd, 0, NR_PAGES, true);
	EXPECT_EQ(5, r.nr_calls);
	EXPECT_EQ(0, nr_differences(rd, &r));
	EXPECT_EQ(0, set(rd, 0, NR_PAGES, true));
	EXPECT_EQ(5, r.nr_calls);
	ram_discard_unregister(rd, &r.listener);
	EXPECT_EQ(6, r.nr_calls);
	ram_discard_free(rd);
}

static int count_run(void *arg, u64 page, u64 nr_pages)
{
	u64 (*runs)[2] = arg;

	while ((*runs)[1])
		runs++;
	(*runs)[0] = page;
	(*runs)[1] = nr_pages;
	return 0;
}

/* Red: replay of everything, or of nothing. */
TEST(late_listener_is_told_of_what_is_there)
{
	struct ram_discard *rd = ram_discard_create(NR_PAGES, false);
	struct recorder r = recorder(10, 100);
	u64 runs[4][2] = {};

	set(rd, 0, 20, true);
	set(rd, 30, 1, true);
	set(rd, 100, 50, true);
	ram_discard_register(rd, &r.listener);
	EXPECT_EQ(3, r.nr_calls);
	EXPECT_EQ(0, nr_differences(rd, &r));
	EXPECT_EQ(0, ram_discard_replay(rd, 10, 100, false, count_run, runs));
	EXPECT_EQ(20, runs[0][0]);
	EXPECT_EQ(10, runs[0][1]);
	EXPECT_EQ(31, runs[1][0]);
	EXPECT_EQ(69, runs[1][1]);
	EXPECT_EQ(0, runs[2][1]);
	ram_discard_unregister(rd, &r.listener);
	ram_discard_free(rd);
}

/* Red: no take-back in change(). */
TEST(late_listener_that_refuses_has_nothing)
{
	struct ram_discard *rd = ram_discard_create(NR_PAGES, false);
	struct recorder r = recorder(0, NR_PAGES), other = recorder(0, NR_PAGES);
	int i;

	set(rd, 0, 20, true);
	set(rd, 40, 20, true);
	set(rd, 80, 20, true);
	ram_discard_register(rd, &other.listener);
	other.nr_calls = 0;
	for (i = 1; i <= 3; i++) {
		r.refuse_at = i;
		r.nr_calls = 0;
		EXPECT_EQ(-EBUSY, __ram_discard_register(rd, &r.listener));
		EXPECT_EQ(2 * (i - 1), r.nr_calls);
		EXPECT_EQ(0, r.nr_wrong);
		EXPECT_FALSE(r.has[0] || r.has[40] || r.has[80]);
	}
	EXPECT_EQ(0, other.nr_calls);
	EXPECT_EQ(0, __ram_discard_register(rd, &r.listener));
	EXPECT_EQ(0, nr_differences(rd, &r));
	ram_discard_unregister(rd, &r.listener);
	ram_discard_unregister(rd, &other.listener);
	ram_discard_free(rd);
}

/*
 * Three listeners, of which any refuses at any call: everybody has what they had.
 * Red: no tell_back() in tell_from(); no take_back_run().
 */
TEST(refusal_is_rolled_back_for_everybody)
{
	struct ram_discard *rd = ram_discard_create(NR_PAGES, false);
	struct recorder r[3] = { recorder(0, NR_PAGES), recorder(50, 60), recorder(7, 190) };
	int who, at, i, populated, nr_refused = 0;

	for (i = 0; i < 3; i++)
		ram_discard_register(rd, &r[i].listener);
	for (i = 1; i < 190; i += 9)
		set(rd, i, 3, true);
	for (populated = 0; populated < 2; populated++) {
		for (who = 0; who < 3; who++) {
			for (at = 1; at < 100; at++) {
				r[who].refuse_at = at;
				if (!__ram_discard_notify(rd, 2, 195, populated))
					break;
				nr_refused++;
				for (i = 0; i < 3; i++)
					ASSERT_EQ(0, nr_differences(rd, &r[i]));
			}
			EXPECT_LT(at, 100);
			/* This one was not refused, and is given up all the same. */
			r[who].refuse_at = 0;
			ram_discard_undo(rd, 2, 195, populated);
			for (i = 0; i < 3; i++)
				ASSERT_EQ(0, nr_differences(rd, &r[i]));
		}
	}
	EXPECT_GT(nr_refused, 50);
	for (i = 0; i < 3; i++)
		ram_discard_unregister(rd, &r[i].listener);
	ram_discard_free(rd);
}

/* Red: any wrong mask in bitmap.c. */
TEST(bitmap_agrees_with_an_array)
{
	u64 *map = bitmap_alloc(NR_PAGES);
	bool has[NR_PAGES] = {};
	struct rng rng;
	int round;

	rng_init(&rng, 1, 0);
	for (round = 0; round < 20000; round++) {
		u64 first = rng_below(&rng, NR_PAGES), nr = rng_below(&rng, NR_PAGES - first + 1);
		bool value = rng_chance(&rng, 1, 2);
		u64 i, count = 0, found = first + nr;

		for (i = first; i < first + nr; i++) {
			count += has[i];
			if (found == first + nr && has[i] == value)
				found = i;
		}
		ASSERT_EQ(count, bitmap_count(map, first, nr));
		ASSERT_EQ(found, bitmap_find(map, first, first + nr, value));
		for (i = first; i && !has[i]; i--)
			;
		if (has[i])
			ASSERT_EQ(i, bitmap_find_back(map, first));
		if (nr > 20)
			nr %= 20;
		bitmap_assign(map, first, nr, value);
		for (i = first; i < first + nr; i++)
			has[i] = value;
	}
	free(map);
}

TEST_HARNESS_MAIN
