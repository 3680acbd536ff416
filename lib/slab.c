// SPDX-License-Identifier: GPL-2.0
#include <linux/membarrier.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "case_limit.h"
#include "fail.h"
#include "kernel_config.h"
#include "slab.h"

#define NR_TRIES	3
#define PAUSE_US	50000

bool slab_leaks_show(void)
{
	return kernel_config_has("CONFIG_KASAN") != 1;
}

static u64 slab_usage(void)
{
	FILE *f = fopen("/proc/meminfo", "re");
	unsigned long long kib = 0;
	char line[128];

	FAIL_UNLESS(f, "cannot read /proc/meminfo");
	while (!kib && fgets(line, sizeof(line), f))
		sscanf(line, "Slab: %llu", &kib);
	fclose(f);
	FAIL_UNLESS(kib, "/proc/meminfo does not tell of slabs");
	return kib * 1024;
}

/* As soon as nothing is freed any more that somebody gave back before. */
static u64 slab_usage_at_rest(void)
{
	time_t limit = time(NULL) + wait_limit_seconds() / 8;
	u64 usage, last;

	/* What readers may still see: each is a wait for all of them. */
	syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	usage = slab_usage();
	do {
		last = usage;
		usleep(PAUSE_US);
		usage = slab_usage();
	} while (usage < last && time(NULL) <= limit);
	return usage;
}

/* How much more there is than @before, once that has come down to SLAB_SLACK. */
static s64 slab_growth(u64 before)
{
	time_t limit = time(NULL) + wait_limit_seconds() / 8;
	s64 growth;

	while ((growth = slab_usage() - before) > (s64)SLAB_SLACK && time(NULL) <= limit)
		usleep(PAUSE_US);
	return growth;
}

const char *slab_leak_complaint(void (*work)(void *arg), void *arg, unsigned int nr)
{
	static char text[96];
	unsigned int i, try;
	s64 growth = 0;
	u64 before;

	work(arg);
	for (try = 0; try < NR_TRIES; try++) {
		before = slab_usage_at_rest();
		for (i = 0; i < nr; i++)
			work(arg);
		growth = slab_growth(before);
		if (growth <= (s64)SLAB_SLACK)
			return NULL;
	}
	snprintf(text, sizeof(text), "%lld KiB of the kernel's memory were not given back",
		 growth / 1024);
	return text;
}
