/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether the machine may be hurt. Some cases poison memory, make allocations
 * fail, or race where kernels have crashed: in the test VM that is a result,
 * on a user's machine they run only when asked for.
 */
#ifndef KVM_GMEM_DISPOSABLE_H
#define KVM_GMEM_DISPOSABLE_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DISPOSABLE_ENV		"KVM_GMEM_DISPOSABLE"

/* Set by vm/init, and by run_tests.sh --dangerous. */
static inline bool machine_is_disposable(void)
{
	const char *value = getenv(DISPOSABLE_ENV);

	return value && !strcmp(value, "1");
}

#define REQUIRE_DISPOSABLE_MACHINE()			\
	REQUIRE(machine_is_disposable(),		\
		"can hurt this machine: runs in the VM, or with --dangerous")

#endif
