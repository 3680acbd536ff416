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
#define DISPOSABLE		"1"
#define DISPOSABLE_EACH_BOOT	"boot"

static inline bool disposable_env_is(const char *value)
{
	const char *env = getenv(DISPOSABLE_ENV);

	return env && !strcmp(env, value);
}

/*
 * Set to "boot" by vm/init: whoever starts the cases gives each that needs it a boot of
 * its own. To "1" by run_tests.sh --dangerous: there is one boot, for them all.
 */
static inline bool each_has_a_boot(void)
{
	return disposable_env_is(DISPOSABLE_EACH_BOOT);
}

static inline bool machine_is_disposable(void)
{
	return disposable_env_is(DISPOSABLE) || each_has_a_boot();
}

#define REQUIRE_DISPOSABLE_MACHINE()			\
	REQUIRE(machine_is_disposable(),		\
		"can hurt this machine: runs in the VM, or with --dangerous")

/* For a case that says "Needs: boot." as no other can run after its failure. */
#define REQUIRE_BOOT_OF_ITS_OWN()			\
	REQUIRE(each_has_a_boot(), "can stop the cases after it: runs in a VM of its own")

#endif
