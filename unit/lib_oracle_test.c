// SPDX-License-Identifier: GPL-2.0
/* oracle.c and page_pattern.h, on plain memory in place of a guest's. */
#include "oracle.h"

#include "kselftest_harness.h"

#define NR_PAGES	8
#define GPA		0x40000000ULL
#define GFN		(GPA / PAGE_SIZE)

FIXTURE(oracle) {
	struct oracle *o;
	u8 *mem;
};

FIXTURE_SETUP(oracle)
{
	self->o = oracle_create(GPA, NR_PAGES, false);
	self->mem = aligned_alloc(PAGE_SIZE, NR_PAGES * PAGE_SIZE);
	ASSERT_NE(NULL, self->mem);
	memset(self->mem, 0, NR_PAGES * PAGE_SIZE);
}

FIXTURE_TEARDOWN(oracle)
{
	oracle_free(self->o);
	free(self->mem);
}

static u64 *word(u8 *mem, u64 page, u64 index)
{
	return (u64 *)(mem + page * PAGE_SIZE) + index;
}

/* How a child that calls a function with a bad argument ends. */
static int exit_code_of(void (*fn)(struct oracle *), struct oracle *o)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		fclose(stderr);
		fn(o);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* Red: drop any field of page_pattern_word(), or let two overlap. */
TEST(pattern_words_are_distinct)
{
	static const u64 gfns[] = { 0, 1, 0x40000, PATTERN_GFN_MASK };
	static const u64 gens[] = { 0, 1, 2, PATTERN_GEN_MASK };
	static const u64 indices[] = { 0, 1, 511, PATTERN_INDEX_MASK };
	u64 seen[2 * 4 * 4 * 4];
	size_t n = 0, g, e, i, j;
	int side;

	for (side = PAGE_SHARED; side <= PAGE_PRIVATE; side++)
		for (g = 0; g < 4; g++)
			for (e = 0; e < 4; e++)
				for (i = 0; i < 4; i++)
					seen[n++] = page_pattern_word(side, gfns[g], gens[e],
								      indices[i]);
	for (i = 0; i < n; i++) {
		EXPECT_EQ(PATTERN_MAGIC, seen[i] >> PATTERN_MAGIC_SHIFT);
		for (j = 0; j < i; j++)
			ASSERT_NE(seen[i], seen[j]);
	}
	/* A value too large for its field must not spill into the next one. */
	EXPECT_EQ(page_pattern_word(PAGE_SHARED, 2, 2, 2),
		  page_pattern_word(PAGE_SHARED, PATTERN_GFN_MASK + 3, PATTERN_GEN_MASK + 3,
				    PATTERN_INDEX_MASK + 3));
}

/* Red: a check that stops one word early; fill that skips the last word. */
TEST_F(oracle, pattern_check_finds_each_wrong_word)
{
	const u64 last = PAGE_SIZE / sizeof(u64) - 1;
	const u64 places[] = { 0, 1, last / 2, last };
	struct page_mismatch why;
	u64 want;
	size_t i;

	page_pattern_fill(self->mem, PAGE_PRIVATE, GFN, 3);
	EXPECT_TRUE(page_pattern_check(self->mem, PAGE_PRIVATE, GFN, 3, &why));
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		want = *word(self->mem, 0, places[i]);
		EXPECT_EQ(page_pattern_word(PAGE_PRIVATE, GFN, 3, places[i]), want);
		*word(self->mem, 0, places[i]) = 0xdead;
		EXPECT_FALSE(page_pattern_check(self->mem, PAGE_PRIVATE, GFN, 3, &why));
		EXPECT_EQ(places[i] * 8, why.offset);
		EXPECT_EQ(want, why.expected);
		EXPECT_EQ(0xdead, why.found);
		*word(self->mem, 0, places[i]) = want;
	}
	/* The page behind is not touched. */
	EXPECT_TRUE(page_zero_check(self->mem + PAGE_SIZE, &why));
	EXPECT_FALSE(page_pattern_check(self->mem, PAGE_SHARED, GFN, 3, &why));
	EXPECT_FALSE(page_pattern_check(self->mem, PAGE_PRIVATE, GFN + 1, 3, &why));
	EXPECT_FALSE(page_pattern_check(self->mem, PAGE_PRIVATE, GFN, 4, &why));
	EXPECT_FALSE(page_zero_check(self->mem, &why));
}

/* Red: oracle_create() with everything private, or zeroed instead of absent. */
TEST_F(oracle, starts_shared_and_absent)
{
	u64 page;

	oracle_for_each_page(self->o, page) {
		EXPECT_EQ(PAGE_SHARED, oracle_attr(self->o, page));
		EXPECT_EQ(PAGE_ABSENT, oracle_expect(self->o, PAGE_SHARED, page).kind);
		EXPECT_EQ(PAGE_ABSENT, oracle_expect(self->o, PAGE_PRIVATE, page).kind);
	}
	EXPECT_EQ(NR_PAGES, page);
	EXPECT_EQ(GPA + 3 * PAGE_SIZE, oracle_gpa(self->o, 3));
	EXPECT_EQ(0, oracle_nr_allocated(self->o, PAGE_SHARED));
	EXPECT_EQ(0, oracle_compare(self->o, PAGE_SHARED, self->mem, 0, NR_PAGES, NULL));
}

/* Red: let oracle_set_attr() clear the content, or reach a page too far. */
TEST_F(oracle, conversion_keeps_both_contents)
{
	u64 page;

	oracle_fill(self->o, PAGE_SHARED, self->mem, 0, NR_PAGES);
	oracle_set_attr(self->o, 2, 3, PAGE_PRIVATE);
	oracle_for_each_page(self->o, page)
		EXPECT_EQ(page >= 2 && page < 5, oracle_attr(self->o, page) == PAGE_PRIVATE);
	EXPECT_EQ(0, oracle_compare(self->o, PAGE_SHARED, self->mem, 0, NR_PAGES, NULL));
	EXPECT_EQ(0, oracle_nr_allocated(self->o, PAGE_PRIVATE));
	oracle_set_attr(self->o, 2, 3, PAGE_SHARED);
	oracle_for_each_page(self->o, page)
		EXPECT_EQ(PAGE_SHARED, oracle_attr(self->o, page));
}

/* Red: oracle_run() without the bound, or one page short. */
TEST_F(oracle, runs_cover_the_range_once)
{
	static const struct {
		u64 page, nr;
		enum page_side attr;
	} want[] = { { 0, 2, PAGE_SHARED }, { 2, 3, PAGE_PRIVATE }, { 5, 1, PAGE_SHARED },
		     { 6, 2, PAGE_PRIVATE } };
	u64 page, nr, i = 0;

	oracle_set_attr(self->o, 2, 3, PAGE_PRIVATE);
	oracle_set_attr(self->o, 6, 2, PAGE_PRIVATE);
	oracle_for_each_run(self->o, page, nr) {
		ASSERT_LT(i, ARRAY_SIZE(want));
		EXPECT_EQ(want[i].page, page);
		EXPECT_EQ(want[i].nr, nr);
		EXPECT_EQ(want[i].attr, oracle_attr(self->o, page));
		i++;
	}
	EXPECT_EQ(ARRAY_SIZE(want), i);
}

/* Red: content[] indexed by 0; discard that leaves the kind. */
TEST_F(oracle, sides_are_written_and_discarded_apart)
{
	oracle_fill(self->o, PAGE_PRIVATE, self->mem, 0, 4);
	EXPECT_EQ(4, oracle_nr_allocated(self->o, PAGE_PRIVATE));
	EXPECT_EQ(0, oracle_nr_allocated(self->o, PAGE_SHARED));
	EXPECT_EQ(0, oracle_compare(self->o, PAGE_PRIVATE, self->mem, 0, NR_PAGES, NULL));
	EXPECT_EQ(4, oracle_compare(self->o, PAGE_SHARED, self->mem, 0, NR_PAGES, NULL));

	oracle_discard(self->o, PAGE_SHARED, 0, 4);
	EXPECT_EQ(0, oracle_compare(self->o, PAGE_PRIVATE, self->mem, 0, NR_PAGES, NULL));
	oracle_discard(self->o, PAGE_PRIVATE, 1, 2);
	EXPECT_EQ(2, oracle_nr_allocated(self->o, PAGE_PRIVATE));
	EXPECT_EQ(2, oracle_compare(self->o, PAGE_PRIVATE, self->mem, 0, NR_PAGES, NULL));
	memset(self->mem + PAGE_SIZE, 0, 2 * PAGE_SIZE);
	EXPECT_EQ(0, oracle_compare(self->o, PAGE_PRIVATE, self->mem, 0, NR_PAGES, NULL));
}

/* Red: oracle_allocate() that overwrites what is there. */
TEST_F(oracle, allocation_keeps_data)
{
	oracle_fill(self->o, PAGE_PRIVATE, self->mem, 0, 1);
	oracle_allocate(self->o, PAGE_PRIVATE, 0, 3);
	EXPECT_EQ(PAGE_PATTERN, oracle_expect(self->o, PAGE_PRIVATE, 0).kind);
	EXPECT_EQ(PAGE_ZERO, oracle_expect(self->o, PAGE_PRIVATE, 2).kind);
	EXPECT_EQ(PAGE_ABSENT, oracle_expect(self->o, PAGE_PRIVATE, 3).kind);
	EXPECT_EQ(3, oracle_nr_allocated(self->o, PAGE_PRIVATE));
	EXPECT_EQ(0, oracle_compare(self->o, PAGE_PRIVATE, self->mem, 0, NR_PAGES, NULL));
}

/* Red: two arrays in spite of @one_backing (or one freed twice: abort). */
TEST_F(oracle, one_backing_serves_both_sides)
{
	struct oracle *o = oracle_create(GPA, NR_PAGES, true);

	oracle_fill(o, PAGE_SHARED, self->mem, 0, 2);
	oracle_fill(o, PAGE_PRIVATE, self->mem, 1, 1);
	EXPECT_EQ(0, oracle_compare(o, PAGE_SHARED, self->mem, 0, NR_PAGES, NULL));
	EXPECT_EQ(0, oracle_compare(o, PAGE_PRIVATE, self->mem, 0, NR_PAGES, NULL));
	EXPECT_EQ(PAGE_PRIVATE, oracle_expect(o, PAGE_SHARED, 1).side);
	oracle_free(o);
}

/* An older write of the same page must not pass. Red: a constant generation. */
TEST_F(oracle, generations_tell_writes_apart)
{
	struct oracle_diff diff;

	oracle_fill(self->o, PAGE_SHARED, self->mem, 0, 2);
	oracle_write(self->o, PAGE_SHARED, 1, oracle_next_gen(self->o));
	EXPECT_EQ(1, oracle_compare(self->o, PAGE_SHARED, self->mem, 0, 2, &diff));
	EXPECT_EQ(1, diff.page);
	EXPECT_STREQ("gpa 0x40001000, shared side: found gfn 0x40001 shared gen 1 at offset 0 "
		     "where gfn 0x40001 shared gen 2 was expected", diff.text);
	/* A generation given by hand is never given out again. */
	oracle_write(self->o, PAGE_SHARED, 0, 100);
	EXPECT_EQ(101, oracle_next_gen(self->o));
}

/* Red: report the last bad page instead of the first, or count words. */
TEST_F(oracle, compare_counts_pages_and_names_the_first)
{
	struct oracle_diff diff;

	oracle_fill(self->o, PAGE_SHARED, self->mem, 0, NR_PAGES);
	EXPECT_EQ(0, oracle_compare(self->o, PAGE_SHARED, self->mem, 0, NR_PAGES, &diff));
	EXPECT_STREQ("", diff.text);
	*word(self->mem, 3, 5) = 0xdead;
	*word(self->mem, 3, 6) = 0xdead;
	*word(self->mem, 6, 0) = 0;
	EXPECT_EQ(2, oracle_compare(self->o, PAGE_SHARED, self->mem, 0, NR_PAGES, &diff));
	EXPECT_EQ(2, diff.nr_bad);
	EXPECT_EQ(3, diff.page);
	EXPECT_EQ(40, diff.at.offset);
	EXPECT_EQ(0xdead, diff.at.found);
	/* Only what was asked for. */
	EXPECT_EQ(0, oracle_compare(self->o, PAGE_SHARED, self->mem, 4, 2, NULL));
	EXPECT_EQ(1, oracle_compare(self->o, PAGE_SHARED, self->mem, 6, 1, &diff));
	EXPECT_EQ(6, diff.page);
	EXPECT_EQ(0, oracle_compare(self->o, PAGE_SHARED, self->mem, 3, 0, NULL));
}

/* Red: swap expected and found; forget the offset of a shifted word. */
TEST_F(oracle, descriptions_tell_where_the_data_came_from)
{
	struct oracle_diff diff;

	oracle_allocate(self->o, PAGE_PRIVATE, 0, 1);
	*word(self->mem, 0, 2) = page_pattern_word(PAGE_SHARED, GFN + 7, 3, 2);
	oracle_compare(self->o, PAGE_PRIVATE, self->mem, 0, 1, &diff);
	EXPECT_STREQ("gpa 0x40000000, private side: found gfn 0x40007 shared gen 3 at offset 0x10 "
		     "where zero was expected", diff.text);

	*word(self->mem, 1, 0) = page_pattern_word(PAGE_PRIVATE, GFN, 4, 9);
	oracle_compare(self->o, PAGE_PRIVATE, self->mem, 1, 1, &diff);
	EXPECT_STREQ("gpa 0x40001000, private side: found gfn 0x40000 private gen 4 offset 0x48 "
		     "at offset 0 where zero (no page) was expected", diff.text);

	oracle_fill(self->o, PAGE_PRIVATE, self->mem, 2, 1);
	*word(self->mem, 2, 0) = 0x1111111111111111ULL;
	oracle_compare(self->o, PAGE_PRIVATE, self->mem, 2, 1, &diff);
	EXPECT_STREQ("gpa 0x40002000, private side: found 0x1111111111111111 at offset 0 where "
		     "gfn 0x40002 private gen 1 was expected", diff.text);
}

/* The longest description must fit diff.text whole. Red: a smaller text[]. */
TEST_F(oracle, longest_description_is_not_cut)
{
	const struct page_content want = { .kind = PAGE_PATTERN };
	const struct page_mismatch why = {
		.offset = PAGE_SIZE - 8,
		.expected = page_pattern_word(PAGE_PRIVATE, ~0ULL, ~0ULL, ~0ULL - 1),
		.found = page_pattern_word(PAGE_PRIVATE, ~0ULL, ~0ULL, ~0ULL),
	};
	char text[1024];
	int len;

	len = oracle_describe(text, sizeof(text), &want, &why);
	EXPECT_GT(len, 0);
	EXPECT_LT(len + strlen("gpa 0xffffffffffffffff, private side: "),
		  sizeof(((struct oracle_diff *)NULL)->text));
}

static void attr_beyond_end(struct oracle *o)
{
	oracle_set_attr(o, NR_PAGES - 1, 2, PAGE_PRIVATE);
}

static void attr_wraps(struct oracle *o)
{
	oracle_set_attr(o, ~0ULL, 2, PAGE_PRIVATE);
}

static void write_beyond_end(struct oracle *o)
{
	oracle_write(o, PAGE_SHARED, NR_PAGES, 1);
}

static void generation_too_large(struct oracle *o)
{
	oracle_write(o, PAGE_SHARED, 0, PATTERN_GEN_MASK + 1);
}

static void generations_run_out(struct oracle *o)
{
	oracle_write(o, PAGE_SHARED, 0, PATTERN_GEN_MASK);
	oracle_next_gen(o);
}

static void unaligned_gpa(struct oracle *o)
{
	(void)o;
	oracle_create(GPA + 1, NR_PAGES, false);
}

static void attr_to_the_end(struct oracle *o)
{
	oracle_set_attr(o, NR_PAGES - 1, 1, PAGE_PRIVATE);
	oracle_set_attr(o, NR_PAGES, 0, PAGE_PRIVATE);
}

/* Red: page + nr_pages <= o->nr_pages, which wraps. */
TEST_F(oracle, bad_arguments_end_the_case)
{
	EXPECT_EQ(KSFT_FAIL, exit_code_of(attr_beyond_end, self->o));
	EXPECT_EQ(KSFT_FAIL, exit_code_of(attr_wraps, self->o));
	EXPECT_EQ(KSFT_FAIL, exit_code_of(write_beyond_end, self->o));
	EXPECT_EQ(KSFT_FAIL, exit_code_of(generation_too_large, self->o));
	EXPECT_EQ(KSFT_FAIL, exit_code_of(generations_run_out, self->o));
	EXPECT_EQ(KSFT_FAIL, exit_code_of(unaligned_gpa, self->o));
	EXPECT_EQ(0, exit_code_of(attr_to_the_end, self->o));
}

TEST_HARNESS_MAIN
