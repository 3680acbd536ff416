// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>

#include "fail.h"
#include "swap.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif

#define MAX_ROUNDS	100

bool swap_available(u64 size)
{
	struct sysinfo info;

	return !sysinfo(&info) && (u64)info.freeswap * info.mem_unit >= size;
}

u64 swap_count_absent(const void *hva, u64 size)
{
	unsigned char state[64];
	const char *p = hva;
	u64 nr = 0, nr_pages, i;

	for (; size; size -= nr_pages * PAGE_SIZE, p += nr_pages * PAGE_SIZE) {
		nr_pages = size / PAGE_SIZE;
		if (nr_pages > sizeof(state))
			nr_pages = sizeof(state);
		FAIL_UNLESS(!mincore((void *)p, nr_pages * PAGE_SIZE, state), "mincore: %s",
			    errno_name(errno));
		for (i = 0; i < nr_pages; i++)
			nr += !(state[i] & 1);
	}
	return nr;
}

/*
 * A page that is written but still in the swap cache, because somebody looked at it just
 * then, is out of MADV_PAGEOUT's sight: have it back, for another try.
 */
static void touch_present(const char *hva, u64 size)
{
	u64 at;

	for (at = 0; at < size; at += PAGE_SIZE)
		if (!swap_count_absent(hva + at, PAGE_SIZE))
			(void)READ_ONCE(hva[at]);
}

/*
 * Pages that a CPU has just seen are in its own batch, where only MADV_PAGEOUT on that
 * CPU gets at them: each has its turn.
 */
bool swap_out(void *hva, u64 size)
{
	bool out = false;
	cpu_set_t cpus, cpu;
	int i, nr;

	FAIL_UNLESS(!sched_getaffinity(0, sizeof(cpus), &cpus), "sched_getaffinity: %s",
		    errno_name(errno));
	for (i = 0; i < MAX_ROUNDS * CPU_SETSIZE && !out; i++) {
		nr = i % CPU_SETSIZE;
		if (!CPU_ISSET(nr, &cpus))
			continue;
		CPU_ZERO(&cpu);
		CPU_SET(nr, &cpu);
		FAIL_UNLESS(!sched_setaffinity(0, sizeof(cpu), &cpu), "sched_setaffinity: %s",
			    errno_name(errno));
		if (i)
			touch_present(hva, size);
		FAIL_UNLESS(!madvise(hva, size, MADV_PAGEOUT), "MADV_PAGEOUT: %s",
			    errno_name(errno));
		out = swap_count_absent(hva, size) == size / PAGE_SIZE;
	}
	FAIL_UNLESS(!sched_setaffinity(0, sizeof(cpus), &cpus), "sched_setaffinity: %s",
		    errno_name(errno));
	return out;
}
