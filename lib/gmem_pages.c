// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "gmem.h"
#include "gmem_pages.h"

/* The same number on every architecture that has the generic table. */
#ifndef __NR_cachestat
#define __NR_cachestat	451
#endif

/* struct cachestat_range and struct cachestat of <linux/mman.h>. */
struct range {
	u64 offset;
	u64 size;
};

struct counts {
	u64 nr_cache;
	u64 nr_dirty;
	u64 nr_writeback;
	u64 nr_evicted;
	u64 nr_recently_evicted;
};

static long count_by_cachestat(int fd, u64 offset, u64 size)
{
	struct range range = { .offset = offset, .size = size };
	struct counts counts = { 0 };

	if (syscall(__NR_cachestat, fd, &range, &counts, 0))
		return -errno;
	return counts.nr_cache;
}

static long count_by_mincore(int fd, u64 offset, u64 size)
{
	u64 i, nr_pages = size / PAGE_SIZE;
	long p = __gmem_mmap(fd, offset, size);
	unsigned char *present;
	long nr = 0;

	if (p < 0)
		return p;
	present = malloc(nr_pages);
	FAIL_UNLESS(present, "out of memory");
	if (mincore((void *)p, size, present))
		nr = -errno;
	for (i = 0; nr >= 0 && i < nr_pages; i++)
		nr += present[i] & 1;
	free(present);
	munmap((void *)p, size);
	return nr;
}

static long count(int fd, u64 offset, u64 size)
{
	long nr = count_by_cachestat(fd, offset, size);

	return nr == -ENOSYS ? count_by_mincore(fd, offset, size) : nr;
}

bool gmem_can_count_pages(int fd)
{
	long nr = count(fd, 0, PAGE_SIZE);

	/* Neither the system call nor, for a file of this kind, mmap. */
	FAIL_UNLESS(nr >= 0 || nr == -ENODEV, "count the pages of a file: %s", errno_name(-nr));
	return nr >= 0;
}

u64 gmem_count_pages(int fd, u64 offset, u64 size)
{
	return MUST(count(fd, offset, size));
}
