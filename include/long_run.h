/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How often a case does what it does at random: a moment's worth by default, so that
 * the suite is run often; many times that with run_tests.sh --long.
 */
#ifndef KVM_GMEM_LONG_RUN_H
#define KVM_GMEM_LONG_RUN_H

#include <stdlib.h>
#include <string.h>

#include "types.h"

#define LONG_RUN_ENV	"KVM_GMEM_LONG"

/* @full rounds of a long run, otherwise @brief. */
static inline u64 long_run(u64 full, u64 brief)
{
	const char *value = getenv(LONG_RUN_ENV);

	return value && !strcmp(value, "1") ? full : brief;
}

#endif
