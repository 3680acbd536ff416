/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A small deterministic generator (splitmix64) for tests that choose at random.
 * The same seed gives the same numbers on every machine and compiler, in the
 * host and in the guest: a failure repeats with the seed that it printed.
 *
 * One struct rng belongs to one thread or vCPU; several of one test take the
 * same seed and different stream numbers. Not for anything secret.
 */
#ifndef KVM_GMEM_RNG_H
#define KVM_GMEM_RNG_H

#include "types.h"

#define RNG_SEED_ENV		"KVM_GMEM_SEED"
#define RNG_DEFAULT_SEED	0x676d656d2d313233ULL

struct rng {
	u64 state;
};

/* Guest and host. */
void rng_init(struct rng *rng, u64 seed, u64 stream);
u64 rng_u64(struct rng *rng);
/* Every value of 0..n-1 with the same probability; 0 if n is 0. */
u64 rng_below(struct rng *rng, u64 n);
/* Every value of lo..hi, both included, with the same probability; lo <= hi. */
u64 rng_range(struct rng *rng, u64 lo, u64 hi);
/* True @num times out of @den. */
bool rng_chance(struct rng *rng, u64 num, u64 den);

/*
 * Host only. The seed of this run: $KVM_GMEM_SEED (decimal, or hex after 0x), or
 * the default if that is unset or empty. __rng_seed() returns -EINVAL for
 * anything else that is no number, -ERANGE for one above 64 bits; rng_seed()
 * ends the case then, since a mistyped seed must not test something else.
 */
int __rng_seed(u64 *seed);
u64 rng_seed(void);

#endif
