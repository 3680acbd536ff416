// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>

#include "fail.h"
#include "rng.h"

#define GOLDEN_GAMMA	0x9e3779b97f4a7c15ULL

/* The output function of splitmix64: a bijection that spreads every bit. */
static u64 mix(u64 z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

void rng_init(struct rng *rng, u64 seed, u64 stream)
{
	/*
	 * All streams walk the same cycle of 2^64 states; mixing puts their starts
	 * at unrelated places of it. Stream 0 is splitmix64 of the seed itself.
	 */
	rng->state = stream ? mix(seed ^ mix(stream * GOLDEN_GAMMA)) : seed;
}

u64 rng_u64(struct rng *rng)
{
	rng->state += GOLDEN_GAMMA;
	return mix(rng->state);
}

u64 rng_below(struct rng *rng, u64 n)
{
	u64 r, reject;

	if (!n)
		return 0;
	/* 2^64 mod n: without that many values the rest divides evenly. */
	reject = -n % n;
	do {
		r = rng_u64(rng);
	} while (r < reject);
	return r % n;
}

u64 rng_range(struct rng *rng, u64 lo, u64 hi)
{
	const u64 n = hi - lo + 1;

	/* n is 0 for the range of all 64-bit numbers. */
	return n ? lo + rng_below(rng, n) : rng_u64(rng);
}

bool rng_chance(struct rng *rng, u64 num, u64 den)
{
	return rng_below(rng, den) < num;
}

int __rng_seed(u64 *seed)
{
	const char *text = getenv(RNG_SEED_ENV);
	unsigned long long val;
	char *end;

	if (!text || !*text) {
		*seed = RNG_DEFAULT_SEED;
		return 0;
	}
	/* strtoull() would take blanks, a sign, and octal after a leading 0. */
	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	val = strtoull(text, &end, text[0] == '0' && (text[1] | 0x20) == 'x' ? 16 : 10);
	if (*end)
		return -EINVAL;
	if (errno)
		return -errno;
	*seed = val;
	return 0;
}

u64 rng_seed(void)
{
	u64 seed = 0;
	const int ret = __rng_seed(&seed);

	if (ret)
		FAIL("%s=%s is no 64-bit number: %s", RNG_SEED_ENV, getenv(RNG_SEED_ENV),
		     errno_name(-ret));
	return seed;
}
