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

#define MAX_ROUNDS	50

bool swap_available(u64 size)
{
	struct sysinfo info;

	return !sysinfo(&info) && (u64)info.freeswap * info.mem_unit >= size;
}

static bool is_absent(const void *page)
{
	unsigned char state;

	FAIL_UNLESS(!mincore((void *)page, PAGE_SIZE, &state), "mincore: %s", errno_name(errno));
	return !(state & 1);
}

u64 swap_count_absent(const void *hva, u64 size)
{
	u64 nr = 0, at;

	for (at = 0; at < size; at += PAGE_SIZE)
		nr += is_absent(hva + at);
	return nr;
}

/*
 * MADV_PAGEOUT looks at mapped pages only. One that it has unmapped and then could not
 * free, because somebody held it just then, has to be mapped for the next try.
 */
static void map_present(const char *hva, u64 size)
{
	u64 at;

	for (at = 0; at < size; at += PAGE_SIZE)
		if (!is_absent(hva + at))
			(void)READ_ONCE(hva[at]);
}

/* False if the CPU is gone. */
static bool move_to_cpu(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (!sched_setaffinity(0, sizeof(one), &one))
		return true;
	FAIL_UNLESS(errno == EINVAL, "sched_setaffinity: %s", errno_name(errno));
	return false;
}

bool swap_out(void *hva, u64 size)
{
	bool out = false;
	cpu_set_t allowed;
	int round, cpu;

	FAIL_UNLESS(!sched_getaffinity(0, sizeof(allowed), &allowed), "sched_getaffinity: %s",
		    errno_name(errno));
	for (round = 0; round < MAX_ROUNDS && !out; round++) {
		/* A page can wait for the LRU lists in a CPU's batch, which only this CPU empties. */
		for (cpu = 0; cpu < CPU_SETSIZE && !out; cpu++) {
			if (!CPU_ISSET(cpu, &allowed) || !move_to_cpu(cpu))
				continue;
			FAIL_UNLESS(!madvise(hva, size, MADV_PAGEOUT), "MADV_PAGEOUT: %s",
				    errno_name(errno));
			out = swap_count_absent(hva, size) == size / PAGE_SIZE;
			if (!out)
				map_present(hva, size);
		}
	}
	FAIL_UNLESS(!sched_setaffinity(0, sizeof(allowed), &allowed), "sched_setaffinity: %s",
		    errno_name(errno));
	return out;
}
