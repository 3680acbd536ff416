// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>

#include "fail.h"
#include "swap.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif

#define MAX_TRIES	1000

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

bool swap_out(void *hva, u64 size)
{
	int i;

	for (i = 0; i < MAX_TRIES; i++) {
		FAIL_UNLESS(!madvise(hva, size, MADV_PAGEOUT), "MADV_PAGEOUT: %s",
			    errno_name(errno));
		if (swap_count_absent(hva, size) == size / PAGE_SIZE)
			return true;
	}
	return false;
}
