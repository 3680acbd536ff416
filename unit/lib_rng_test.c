// SPDX-License-Identifier: GPL-2.0
/* rng.c: the numbers are part of what a printed seed promises, so some are here. */
#include "rng.h"

#include "kselftest_harness.h"

#define DRAWS	20000

/* The published outputs of splitmix64 for seed 1234567. Red: any other constant. */
TEST(stream_0_is_splitmix64)
{
	static const u64 want[] = {
		6457827717110365317ULL, 3203168211198807973ULL, 9817491932198370423ULL,
		4593380528125082431ULL, 16408922859458223821ULL,
	};
	struct rng rng;
	size_t i;

	rng_init(&rng, 1234567, 0);
	for (i = 0; i < ARRAY_SIZE(want); i++)
		EXPECT_EQ(want[i], rng_u64(&rng));
}

/* Red: rng_init() ignores the stream. */
TEST(streams_and_seeds_differ_and_repeat)
{
	u64 first[2][8], seed, stream;
	struct rng rng;
	int i, j;

	for (seed = 0; seed < 2; seed++) {
		for (stream = 0; stream < 8; stream++) {
			rng_init(&rng, seed, stream);
			first[seed][stream] = rng_u64(&rng);
			rng_init(&rng, seed, stream);
			EXPECT_EQ(first[seed][stream], rng_u64(&rng));
		}
	}
	for (i = 0; i < 16; i++) {
		for (j = 0; j < i; j++)
			EXPECT_NE(first[i / 8][i % 8], first[j / 8][j % 8]);
	}
}

/* Red: return r % (n + 1), or r % n - 1 from a wrong limit. */
TEST(below_stays_below_and_reaches_all)
{
	u64 n, r, seen;
	struct rng rng;
	int i;

	rng_init(&rng, 1, 0);
	EXPECT_EQ(0, rng_below(&rng, 0));
	for (n = 1; n <= 64; n++) {
		for (i = 0, seen = 0; i < DRAWS; i++) {
			r = rng_below(&rng, n);
			ASSERT_LT(r, n);
			seen |= BIT_ULL(r);
		}
		ASSERT_EQ(n == 64 ? ~0ULL : BIT_ULL(n) - 1, seen);
	}
}

/*
 * With n = 3/4 of 2^64 a plain modulus yields the lowest third of the results
 * twice as often. Red: drop the loop in rng_below().
 */
TEST(below_is_unbiased)
{
	const u64 n = 3ULL << 62;
	struct rng rng;
	int i, low = 0;

	rng_init(&rng, 2, 0);
	for (i = 0; i < DRAWS; i++)
		low += rng_below(&rng, n) < n / 3;
	/* 6667 expected, 10000 if biased; the sequence is fixed, so is the result. */
	EXPECT_GT(low, DRAWS / 3 - DRAWS / 50);
	EXPECT_LT(low, DRAWS / 3 + DRAWS / 50);
}

/* Red: hi - lo without the + 1. */
TEST(range_includes_both_ends)
{
	bool lo_seen = false, hi_seen = false, high_half = false;
	struct rng rng;
	u64 r;
	int i;

	rng_init(&rng, 3, 0);
	for (i = 0; i < 1000; i++) {
		r = rng_range(&rng, 10, 13);
		ASSERT_GE(r, 10);
		ASSERT_LE(r, 13);
		lo_seen |= r == 10;
		hi_seen |= r == 13;
		ASSERT_EQ(7, rng_range(&rng, 7, 7));
		ASSERT_GE(rng_range(&rng, ~0ULL - 1, ~0ULL), ~0ULL - 1);
		high_half |= rng_range(&rng, 0, ~0ULL) >> 63;
	}
	EXPECT_TRUE(lo_seen);
	EXPECT_TRUE(hi_seen);
	EXPECT_TRUE(high_half);
}

/* Red: <= in rng_chance(). */
TEST(chance_has_its_extremes_and_its_rate)
{
	struct rng rng;
	int i, hits = 0;

	rng_init(&rng, 4, 0);
	for (i = 0; i < DRAWS; i++) {
		ASSERT_FALSE(rng_chance(&rng, 0, 5));
		ASSERT_TRUE(rng_chance(&rng, 5, 5));
		hits += rng_chance(&rng, 1, 4);
	}
	EXPECT_GT(hits, DRAWS / 4 - DRAWS / 50);
	EXPECT_LT(hits, DRAWS / 4 + DRAWS / 50);
}

/* Red: take what strtoull() made of it without a look at the end or at errno. */
TEST(seed_comes_from_the_environment_or_not_at_all)
{
	static const struct {
		const char *text;
		int ret;
		u64 seed;
	} t[] = {
		{ "", 0, RNG_DEFAULT_SEED },
		{ "0", 0, 0 },
		{ "42", 0, 42 },
		{ "010", 0, 10 },
		{ "0xfF", 0, 255 },
		{ "18446744073709551615", 0, ~0ULL },
		{ "18446744073709551616", -ERANGE, 1 },
		{ "0x", -EINVAL, 1 },
		{ "-1", -EINVAL, 1 },
		{ " 1", -EINVAL, 1 },
		{ "1 ", -EINVAL, 1 },
		{ "0x12g", -EINVAL, 1 },
		{ "seed", -EINVAL, 1 },
	};
	u64 seed;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		seed = 1;
		setenv(RNG_SEED_ENV, t[i].text, 1);
		EXPECT_EQ(t[i].ret, __rng_seed(&seed)) TH_LOG("seed \"%s\"", t[i].text);
		EXPECT_EQ(t[i].seed, seed) TH_LOG("seed \"%s\"", t[i].text);
	}
	unsetenv(RNG_SEED_ENV);
	EXPECT_EQ(0, __rng_seed(&seed));
	EXPECT_EQ(RNG_DEFAULT_SEED, seed);
	setenv(RNG_SEED_ENV, "7", 1);
	EXPECT_EQ(7, rng_seed());
}

TEST_HARNESS_MAIN
