// SPDX-License-Identifier: GPL-2.0
/*
 * Conversion between shared and private, seen by its bytes: each side of a page
 * keeps what was written to it until somebody discards it, whatever the page is
 * converted to and back, and no other page is touched.
 *
 * After each step every vCPU and the host compare the whole range with an oracle;
 * see checked_mem.h. What large pages add is in conversion_large_test.c.
 */
#include "checked_mem.h"
#include "harness.h"
#include "vcpu.h"
#include "vm.h"

#define NR_PAGES	24

FIXTURE_CHECKED_MEM(conversion, NR_PAGES);

FIXTURE_VARIANT_ADD(conversion, one_vcpu_one_slot) {
	.nr_vcpus = 1, .nr_slots = 1, .kind = BACKING_ANON,
};

FIXTURE_VARIANT_ADD(conversion, two_vcpus_two_slots_memfd) {
	.nr_vcpus = 2, .nr_slots = 2, .kind = BACKING_MEMFD,
};

FIXTURE_VARIANT_ADD(conversion, four_vcpus_many_slots) {
	.nr_vcpus = 4, .nr_slots = NR_PAGES / 3, .kind = BACKING_ANON,
};

/* Ranges of pages; with 2 or 8 slots of 24 pages some cross their borders. */
static const struct range {
	u64 page, nr_pages;
} ranges[] = {
	{ 0, 1 },
	{ NR_PAGES - 1, 1 },
	{ 7, 1 },
	{ NR_PAGES / 2 - 1, 2 },
	{ 1, NR_PAGES - 2 },
	{ 0, NR_PAGES },
};

/* Different patterns on both sides of every page; all pages are shared after it. */
static void fill_both_sides(struct checked_mem *m, struct vcpu *vcpu)
{
	checked_mem_set_private(m, 0, m->nr_pages);
	checked_mem_guest_fill(m, vcpu, 0, m->nr_pages);
	checked_mem_set_shared(m, 0, m->nr_pages);
	checked_mem_host_fill(m, 0, m->nr_pages);
}

/*
 * ATTR-6: a page that becomes private for the first time reads as zeros, not as
 * the bytes that it shared, and these stay where the host sees them.
 * Red: mutant attr-no-zap (the guest keeps reading the shared page); attr-store-short
 * (the last page stays shared).
 */
TEST_F(conversion, first_private_read_is_zero_and_shared_bytes_stay)
{
	struct checked_mem *m = self->m;

	checked_mem_host_fill(m, 0, NR_PAGES);
	EXPECT_MEM(m);
	checked_mem_set_private(m, 2, NR_PAGES - 4);
	EXPECT_MEM(m);
	checked_mem_guest_fill(m, self->vcpu, 0, NR_PAGES);
	EXPECT_MEM_BOTH_SIDES(m);
}

/*
 * ATTR-6: the same for pages that the guest never touched while they were shared,
 * another path in KVM: there is nothing to zap. Red: mutants attr-store-short,
 * attr-store-beyond.
 */
TEST_F(conversion, untouched_page_becomes_private)
{
	struct checked_mem *m = self->m;

	checked_mem_host_fill(m, 0, NR_PAGES);
	checked_mem_set_private(m, 3, 5);
	EXPECT_MEM_BOTH_SIDES(m);
}

/*
 * ATTR-6: converting back and forth brings each side's own bytes back, also those
 * written on the way. Red: mutants attr-no-zap, attr-store-short.
 */
TEST_F(conversion, both_sides_keep_their_bytes_over_round_trips)
{
	struct checked_mem *m = self->m;
	int i;

	fill_both_sides(m, self->vcpu);
	EXPECT_MEM_BOTH_SIDES(m);
	for (i = 0; i < 3; i++) {
		checked_mem_set_private(m, 5, 11);
		EXPECT_MEM(m);
		checked_mem_guest_fill(m, self->vcpu, 4 + i, 6);
		checked_mem_set_shared(m, 5, 11);
		EXPECT_MEM(m);
		checked_mem_guest_fill(m, self->vcpu, 6 + i, 6);
	}
	EXPECT_MEM_BOTH_SIDES(m);
}

/*
 * ATTR-6: a range is made private from its first page to its last and not one page
 * beyond, wherever it lies in or across the slots. Red: mutants attr-store-short,
 * attr-store-beyond, attr-first-slot-only (in the variants of more slots).
 */
TEST_F(conversion, private_range_ends_where_it_should)
{
	struct checked_mem *m = self->m;
	const struct range *r;

	fill_both_sides(m, self->vcpu);
	for (r = ranges; r < ranges + ARRAY_SIZE(ranges); r++) {
		EXPECT_MEM(m);
		checked_mem_set_private(m, r->page, r->nr_pages);
		EXPECT_MEM(m);
		checked_mem_unmap(m);
		EXPECT_MEM(m);
		checked_mem_guest_fill(m, self->vcpu, r->page, r->nr_pages);
		checked_mem_set_shared(m, 0, NR_PAGES);
	}
	EXPECT_MEM_BOTH_SIDES(m);
}

/*
 * ATTR-6: the same for a range that is shared again in the midst of private pages.
 * Red: mutants attr-store-short, attr-store-beyond, attr-first-slot-only.
 */
TEST_F(conversion, shared_range_ends_where_it_should)
{
	struct checked_mem *m = self->m;
	const struct range *r;

	fill_both_sides(m, self->vcpu);
	for (r = ranges; r < ranges + ARRAY_SIZE(ranges); r++) {
		checked_mem_set_private(m, 0, NR_PAGES);
		EXPECT_MEM(m);
		checked_mem_set_shared(m, r->page, r->nr_pages);
		EXPECT_MEM(m);
		checked_mem_unmap(m);
		EXPECT_MEM(m);
		checked_mem_guest_fill(m, self->vcpu, r->page, r->nr_pages);
	}
	EXPECT_MEM_BOTH_SIDES(m);
}

/*
 * ATTR-6: every other page private, then all of it back in one call.
 * Red: mutants attr-store-beyond, attr-no-zap.
 */
TEST_F(conversion, alternating_pages_come_back_in_one_call)
{
	struct checked_mem *m = self->m;
	u64 page;

	fill_both_sides(m, self->vcpu);
	for (page = 1; page < NR_PAGES; page += 2)
		checked_mem_set_private(m, page, 1);
	EXPECT_MEM(m);
	checked_mem_guest_fill(m, self->vcpu, 0, NR_PAGES);
	EXPECT_MEM(m);
	checked_mem_set_shared(m, 0, NR_PAGES);
	EXPECT_MEM_BOTH_SIDES(m);
}

/*
 * ATTR-6: a range of which some pages have the wanted attribute already is
 * converted as a whole: its first page, its last, one in the middle. KVM looks at
 * the range before it decides that there is nothing to do. Red: mutant
 * attr-first-decides.
 */
TEST_F(conversion, partly_converted_range_is_converted_as_a_whole)
{
	static const u64 done[] = { 4, 8, 12 };		/* of the pages 4..12 */
	struct checked_mem *m = self->m;
	size_t i;

	fill_both_sides(m, self->vcpu);
	for (i = 0; i < ARRAY_SIZE(done); i++) {
		checked_mem_set_private(m, done[i], 1);
		EXPECT_MEM(m);
		checked_mem_set_private(m, 4, 9);
		EXPECT_MEM(m);
		checked_mem_set_shared(m, done[i], 1);
		EXPECT_MEM(m);
		checked_mem_set_shared(m, 4, 9);
		EXPECT_MEM(m);
	}
	EXPECT_MEM_BOTH_SIDES(m);
}

/*
 * ATTR-6: what the host writes to the shared side of a private page is not seen by
 * the guest before the page is shared again, and then it is. Red: mutants
 * attr-no-zap, attr-store-beyond.
 */
TEST_F(conversion, host_writes_arrive_once_the_page_is_shared)
{
	struct checked_mem *m = self->m;

	fill_both_sides(m, self->vcpu);
	checked_mem_set_private(m, 6, 6);
	EXPECT_MEM(m);
	checked_mem_host_fill(m, 0, NR_PAGES);
	EXPECT_MEM(m);
	checked_mem_set_shared(m, 6, 6);
	EXPECT_MEM_BOTH_SIDES(m);
}

/*
 * ATTR-6: discarding is per side and works on the side that is not in use: a hole
 * in the guest_memfd of a shared page, MADV_DONTNEED or MADV_REMOVE under a
 * private one. Red: mutants punch-no-truncate, attr-no-zap.
 */
TEST_F(conversion, only_the_discarded_side_loses_its_bytes)
{
	struct checked_mem *m = self->m;

	fill_both_sides(m, self->vcpu);
	checked_mem_discard(m, PAGE_PRIVATE, 4, 5);
	EXPECT_MEM_BOTH_SIDES(m);

	checked_mem_set_private(m, 8, 12);
	checked_mem_discard(m, PAGE_SHARED, 10, 5);
	EXPECT_MEM_BOTH_SIDES(m);
	checked_mem_set_shared(m, 0, NR_PAGES);
	EXPECT_MEM_BOTH_SIDES(m);
}

static void random_step(struct checked_mem *m, struct rng *rng, int nr_vcpus)
{
	u64 page = rng_below(rng, NR_PAGES);
	u64 nr = rng_range(rng, 1, NR_PAGES - page);
	struct vcpu *vcpu = m->vm->vcpus[rng_below(rng, nr_vcpus)];

	switch (rng_below(rng, 6)) {
	case 0:
	case 1:
		checked_mem_set_private(m, page, nr);
		break;
	case 2:
		checked_mem_set_shared(m, page, nr);
		break;
	case 3:
		checked_mem_guest_fill(m, vcpu, page, nr);
		break;
	case 4:
		checked_mem_host_fill(m, page, nr);
		break;
	default:
		checked_mem_discard(m, rng_chance(rng, 1, 2) ? PAGE_SHARED : PAGE_PRIVATE, page,
				    nr);
		break;
	}
}

/*
 * ATTR-6: any sequence of conversions, writes of both parties and discards.
 * Red: mutants attr-no-zap, attr-store-short, attr-first-decides.
 */
TEST_F(conversion, random_steps_match_the_oracle)
{
	struct rng rng;
	int i;

	rng_init(&rng, rng_seed(), 0);
	for (i = 0; i < 60; i++) {
		random_step(self->m, &rng, variant->nr_vcpus);
		if (i % 4 == 3)
			ASSERT_MEM(self->m);
	}
	EXPECT_MEM_BOTH_SIDES(self->m);
}

GMEM_TEST_MAIN
