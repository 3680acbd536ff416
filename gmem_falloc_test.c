// SPDX-License-Identifier: GPL-2.0
/* fallocate() of a guest_memfd, seen from the host: modes, ranges, pages, bytes. */
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <linux/falloc.h>

#include "harness.h"
#include "gmem_fixture.h"
#include "page_pattern.h"

#define ALLOCATE	FALLOC_FL_KEEP_SIZE
#define PUNCH_HOLE	(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE)

static long do_fallocate(int fd, int mode, u64 offset, u64 size)
{
	return fallocate(fd, mode, offset, size) ? -errno : 0;
}

/* Bit N set: the file holds page N. */
static u64 pages_of(int fd)
{
	u64 i, pages = 0;

	for (i = 0; i < GMEM_KIND_NR_PAGES; i++)
		if (gmem_has_page(fd, i * PAGE_SIZE))
			pages |= BIT_ULL(i);
	return pages;
}

static u64 page_bits(u64 first, u64 nr)
{
	return (BIT_ULL(nr) - 1) << first;
}

#define ALL_PAGES	page_bits(0, GMEM_KIND_NR_PAGES)

/* As far as the kernel tells; the rest of the case does not depend on it. */
#define EXPECT_PAGES(bits, fd)					\
	do {							\
		if (gmem_can_count_pages(fd))			\
			EXPECT_EQ(bits, pages_of(fd));		\
	} while (0)

FIXTURE_GMEM_KINDS(gmem_falloc);

/*
 * FALLOC-1: of the modes, also of those yet to be defined, two are taken. Red: mutant
 * file-modes-unchecked.
 */
TEST_F(gmem_falloc, only_keep_size_with_or_without_punch_hole_is_taken)
{
	const u64 all_modes = BIT_ULL(8);
	u64 mode;

	gmem_allocate(self->fd, 4 * PAGE_SIZE, 4 * PAGE_SIZE);
	self->watch = gmem_kind_watch(self->vm, self->fd);
	for (mode = 0; mode < BIT_ULL(32); mode = mode < all_modes ? mode + 1 : mode << 1) {
		if (mode == ALLOCATE || mode == PUNCH_HOLE)
			continue;
		EXPECT_ERRNO(EOPNOTSUPP, do_fallocate(self->fd, mode, 2 * PAGE_SIZE,
						      4 * PAGE_SIZE)) {
			TH_LOG("mode %#llx", mode);
		}
		/* Not after each of so many: it would take a second. */
		if (mode % 16 == 15 || mode >= all_modes) {
			EXPECT_UNCHANGED(self->watch) {
				TH_LOG("up to mode %#llx", mode);
			}
		}
	}
	EXPECT_OK(do_fallocate(self->fd, ALLOCATE, 0, PAGE_SIZE));
	EXPECT_OK(do_fallocate(self->fd, PUNCH_HOLE, 4 * PAGE_SIZE, PAGE_SIZE));
	EXPECT_PAGES(page_bits(0, 1) | page_bits(5, 3), self->fd);
}

/*
 * FALLOC-2: a byte too many or too few at either end, and nothing happens.
 * Red: mutant file-falloc-unaligned, mutant refused-falloc-punches.
 */
TEST_F(gmem_falloc, unaligned_offset_or_size_is_refused)
{
	static const u64 deltas[] = { 0, 1, 8, 512, PAGE_SIZE / 2, PAGE_SIZE - 1 };
	const u64 offset = 2 * PAGE_SIZE, size = 3 * PAGE_SIZE;
	unsigned int i, j;

	gmem_allocate(self->fd, 3 * PAGE_SIZE, PAGE_SIZE);
	self->watch = gmem_kind_watch(self->vm, self->fd);
	for (i = 0; i < ARRAY_SIZE(deltas); i++) {
		for (j = 0; j < ARRAY_SIZE(deltas); j++) {
			if (!deltas[i] && !deltas[j])
				continue;
			EXPECT_REFUSED(self->watch, EINVAL,
				       __gmem_allocate(self->fd, offset + deltas[i],
						       size + deltas[j])) {
				TH_LOG("offset + %llu, size + %llu", deltas[i], deltas[j]);
			}
			EXPECT_REFUSED(self->watch, EINVAL,
				       __gmem_punch_hole(self->fd, offset + deltas[i],
							 size + deltas[j])) {
				TH_LOG("offset + %llu, size + %llu", deltas[i], deltas[j]);
			}
		}
	}
	/* Less than a page is no page either, and unaligned ends may sum to aligned. */
	EXPECT_REFUSED(self->watch, EINVAL, __gmem_allocate(self->fd, offset, 1));
	EXPECT_REFUSED(self->watch, EINVAL,
		       __gmem_punch_hole(self->fd, offset + 1, PAGE_SIZE - 1));
}

/*
 * FALLOC-2: empty and negative ranges, and a sum that is no loff_t any more. Red:
 * mutant file-falloc-empty.
 */
TEST_F(gmem_falloc, range_that_is_none_is_refused)
{
	static const struct {
		u64 offset, size;
		int err;
	} ranges[] = {
		{ 0, 0, EINVAL },
		{ GMEM_KIND_SIZE, 0, EINVAL },
		{ 0, -PAGE_SIZE, EINVAL },
		{ -PAGE_SIZE, PAGE_SIZE, EINVAL },
		{ -PAGE_SIZE, 2 * PAGE_SIZE, EINVAL },
		{ BIT_ULL(63), PAGE_SIZE, EINVAL },
		{ BIT_ULL(63) - PAGE_SIZE, PAGE_SIZE, EFBIG },
		{ BIT_ULL(63) - PAGE_SIZE, BIT_ULL(63) - PAGE_SIZE, EFBIG },
	};
	unsigned int i;

	gmem_allocate(self->fd, 0, PAGE_SIZE);
	self->watch = gmem_kind_watch(self->vm, self->fd);
	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		EXPECT_REFUSED(self->watch, ranges[i].err,
			       __gmem_allocate(self->fd, ranges[i].offset, ranges[i].size)) {
			TH_LOG("offset %#llx, size %#llx", ranges[i].offset, ranges[i].size);
		}
		EXPECT_REFUSED(self->watch, ranges[i].err,
			       __gmem_punch_hole(self->fd, ranges[i].offset, ranges[i].size)) {
			TH_LOG("offset %#llx, size %#llx", ranges[i].offset, ranges[i].size);
		}
	}
}

/*
 * FALLOC-2: the size is for ever; a range that crosses the end allocates nothing.
 * Red: mutant file-alloc-past-eof, mutant refused-falloc-allocates.
 */
TEST_F(gmem_falloc, allocation_ends_at_the_end_of_the_file)
{
	const u64 end = GMEM_KIND_SIZE;

	self->watch = gmem_kind_watch(self->vm, self->fd);
	EXPECT_REFUSED(self->watch, EINVAL, __gmem_allocate(self->fd, end, PAGE_SIZE));
	EXPECT_REFUSED(self->watch, EINVAL, __gmem_allocate(self->fd, end + PAGE_SIZE, PAGE_SIZE));
	EXPECT_REFUSED(self->watch, EINVAL, __gmem_allocate(self->fd, end - PAGE_SIZE, 2 * PAGE_SIZE));
	EXPECT_REFUSED(self->watch, EINVAL, __gmem_allocate(self->fd, 0, end + PAGE_SIZE));
	EXPECT_REFUSED(self->watch, EINVAL,
		       __gmem_allocate(self->fd, PAGE_SIZE, BIT_ULL(63) - 2 * PAGE_SIZE));
	if (gmem_can_count_pages(self->fd))
		EXPECT_EQ(0, gmem_count_pages(self->fd, 0, 2 * end));

	EXPECT_OK(__gmem_allocate(self->fd, end - PAGE_SIZE, PAGE_SIZE));
	EXPECT_PAGES(page_bits(GMEM_KIND_NR_PAGES - 1, 1), self->fd);
	EXPECT_OK(__gmem_allocate(self->fd, 0, end));
	EXPECT_PAGES(ALL_PAGES, self->fd);
}

/*
 * FALLOC-2: a hole may reach past the end: there is nothing, and it stays so. Red:
 * mutant file-punch-past-eof.
 */
TEST_F(gmem_falloc, hole_may_reach_past_the_end_of_the_file)
{
	const u64 end = GMEM_KIND_SIZE, longest = BIT_ULL(63) - PAGE_SIZE;

	gmem_allocate(self->fd, 0, end);
	EXPECT_OK(__gmem_punch_hole(self->fd, end, PAGE_SIZE));
	EXPECT_OK(__gmem_punch_hole(self->fd, end + PAGE_SIZE, PAGE_SIZE));
	EXPECT_OK(__gmem_punch_hole(self->fd, longest - PAGE_SIZE, PAGE_SIZE));
	EXPECT_PAGES(ALL_PAGES, self->fd);

	EXPECT_OK(__gmem_punch_hole(self->fd, end - PAGE_SIZE, 2 * PAGE_SIZE));
	EXPECT_PAGES(ALL_PAGES & ~page_bits(GMEM_KIND_NR_PAGES - 1, 1), self->fd);
	EXPECT_OK(__gmem_punch_hole(self->fd, 0, longest));
	EXPECT_PAGES(0, self->fd);
	if (gmem_can_count_pages(self->fd))
		EXPECT_EQ(0, gmem_count_pages(self->fd, end, end));
}

/*
 * FALLOC-3: exactly the pages of the range, those that are there already too. Red:
 * mutant file-alloc-short.
 */
TEST_F(gmem_falloc, allocation_adds_the_pages_that_are_missing)
{
	REQUIRE(gmem_can_count_pages(self->fd), "no way to count a file's pages");
	EXPECT_EQ(0, pages_of(self->fd));
	gmem_allocate(self->fd, 5 * PAGE_SIZE, PAGE_SIZE);
	EXPECT_EQ(page_bits(5, 1), pages_of(self->fd));
	gmem_allocate(self->fd, 4 * PAGE_SIZE, 3 * PAGE_SIZE);
	EXPECT_EQ(page_bits(4, 3), pages_of(self->fd));
	gmem_allocate(self->fd, 4 * PAGE_SIZE, 3 * PAGE_SIZE);
	EXPECT_EQ(page_bits(4, 3), pages_of(self->fd));
}

/*
 * FALLOC-4: exactly the pages of the hole; holes may meet and overlap. Red: mutant
 * file-punch-long.
 */
TEST_F(gmem_falloc, hole_takes_the_pages_of_its_range_only)
{
	u64 left = ALL_PAGES;
	unsigned int i;
	static const struct {
		u64 first, nr;
	} holes[] = {
		{ 0, 1 }, { 7, 1 }, { 8, 2 }, { 9, 4 }, { 15, 1 }, { 2, 3 }, { 0, 16 },
	};

	REQUIRE(gmem_can_count_pages(self->fd), "no way to count a file's pages");
	gmem_allocate(self->fd, 0, GMEM_KIND_SIZE);
	for (i = 0; i < ARRAY_SIZE(holes); i++) {
		gmem_punch_hole(self->fd, holes[i].first * PAGE_SIZE, holes[i].nr * PAGE_SIZE);
		left &= ~page_bits(holes[i].first, holes[i].nr);
		EXPECT_EQ(left, pages_of(self->fd)) {
			TH_LOG("after the hole of %llu pages at page %llu", holes[i].nr,
			       holes[i].first);
		}
	}
}

static bool is_same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* Until the clock that files are stamped with has moved on: a tick, or at most a few. */
static struct stat stat_before_next_tick(int fd)
{
	struct timespec now;
	struct stat st;

	MUST(fstat(fd, &st) ? -errno : 0);
	do {
		sched_yield();
		MUST(clock_gettime(CLOCK_REALTIME_COARSE, &now) ? -errno : 0);
	} while (now.tv_sec < st.st_mtim.tv_sec ||
		 (now.tv_sec == st.st_mtim.tv_sec && now.tv_nsec <= st.st_mtim.tv_nsec));
	return st;
}

/*
 * FALLOC-9: whoever watches the file sees by its times that it was changed, and that it
 * was not where the call was refused. Red: mutant file-falloc-times-stay.
 */
TEST_F(gmem_falloc, success_moves_the_times_and_refusal_does_not)
{
	static const int modes[] = { ALLOCATE, PUNCH_HOLE };
	struct stat before, after;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		before = stat_before_next_tick(self->fd);
		EXPECT_ERRNO(EINVAL, do_fallocate(self->fd, modes[i], 1, PAGE_SIZE));
		ASSERT_EQ(0, fstat(self->fd, &after));
		EXPECT_TRUE(is_same_time(before.st_mtim, after.st_mtim));
		EXPECT_TRUE(is_same_time(before.st_ctim, after.st_ctim));

		EXPECT_OK(do_fallocate(self->fd, modes[i], 0, PAGE_SIZE));
		ASSERT_EQ(0, fstat(self->fd, &after));
		EXPECT_FALSE(is_same_time(before.st_mtim, after.st_mtim));
		EXPECT_FALSE(is_same_time(before.st_ctim, after.st_ctim));
	}
}

FIXTURE_GMEM(gmem_shared_falloc);
GMEM_KIND_MMAP_SHARED(gmem_shared_falloc);

static void fill(char *p, u64 gen)
{
	u64 i;

	for (i = 0; i < GMEM_KIND_NR_PAGES; i++)
		page_pattern_fill(p + i * PAGE_SIZE, PAGE_SHARED, i, gen);
}

/* Bit N set: page N has the pattern of @gen; *@zero: it is all zeros. */
static u64 patterned_pages(const char *p, u64 gen, u64 *zero)
{
	struct page_mismatch why;
	u64 i, good = 0;

	*zero = 0;
	for (i = 0; i < GMEM_KIND_NR_PAGES; i++) {
		if (page_pattern_check(p + i * PAGE_SIZE, PAGE_SHARED, i, gen, &why))
			good |= BIT_ULL(i);
		if (page_zero_check(p + i * PAGE_SIZE, &why))
			*zero |= BIT_ULL(i);
	}
	return good;
}

/* FALLOC-3: allocating what is there keeps its bytes. Red: mutant file-alloc-punches. */
TEST_F(gmem_shared_falloc, allocation_keeps_what_was_written)
{
	char *p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
	u64 zero;

	fill(p, 1);
	gmem_allocate(self->fd, 0, GMEM_KIND_SIZE);
	EXPECT_EQ(ALL_PAGES, patterned_pages(p, 1, &zero));
	munmap(p, GMEM_KIND_SIZE);
	gmem_allocate(self->fd, 0, GMEM_KIND_SIZE);
	p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
	EXPECT_EQ(ALL_PAGES, patterned_pages(p, 1, &zero));
}

/*
 * FALLOC-3: a page that was allocated but never touched has not been cleared
 * yet; it must be on first sight. The pages come back dirty from the holes.
 * Red: mutant file-fault-no-clear.
 */
TEST_F(gmem_shared_falloc, allocated_page_reads_zero_at_first)
{
	char *p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
	u64 zero, round;

	for (round = 1; round <= 3; round++) {
		fill(p, round);
		gmem_punch_hole(self->fd, 0, GMEM_KIND_SIZE);
		gmem_allocate(self->fd, 0, GMEM_KIND_SIZE);
		EXPECT_EQ(0, patterned_pages(p, round, &zero));
		EXPECT_EQ(ALL_PAGES, zero);
	}
}

/*
 * FALLOC-4: the hole reads zero through a mapping that had the pages; the rest stays.
 * Red: mutant file-punch-long.
 */
TEST_F(gmem_shared_falloc, punched_pages_read_zero_and_their_neighbours_stay)
{
	char *p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
	const u64 hole = page_bits(0, 1) | page_bits(6, 3) | page_bits(15, 1);
	u64 zero;

	fill(p, 1);
	gmem_punch_hole(self->fd, 0, PAGE_SIZE);
	gmem_punch_hole(self->fd, 6 * PAGE_SIZE, 3 * PAGE_SIZE);
	gmem_punch_hole(self->fd, 15 * PAGE_SIZE, PAGE_SIZE);
	EXPECT_EQ(ALL_PAGES & ~hole, patterned_pages(p, 1, &zero));
	EXPECT_EQ(hole, zero);

	/* The pages that were read into the hole are pages like any other. */
	fill(p, 2);
	EXPECT_EQ(ALL_PAGES, patterned_pages(p, 2, &zero));
}

GMEM_TEST_MAIN
