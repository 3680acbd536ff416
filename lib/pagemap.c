// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <unistd.h>

#include "pagemap.h"

#define ENTRY_PFN	(BIT_ULL(55) - 1)
#define ENTRY_SWAP	BIT_ULL(62)	/* or poisoned: above 5 bits that tell which */
#define SWAP_TYPE_BITS	5

static u64 entry_pfn(u64 entry)
{
	return (entry & ENTRY_PFN) >> (entry & ENTRY_SWAP ? SWAP_TYPE_BITS : 0);
}

bool pagemap_read_pfns(const void *hva, u64 nr_pages, u64 *pfns)
{
	const off_t offset = (unsigned long)hva / PAGE_SIZE * sizeof(*pfns);
	const ssize_t size = nr_pages * sizeof(*pfns);
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && pread(fd, pfns, size, offset) == size;
	u64 i, all = 0;

	if (fd >= 0)
		close(fd);
	for (i = 0; i < nr_pages; i++) {
		pfns[i] = ok ? entry_pfn(pfns[i]) : 0;
		all |= pfns[i];
	}
	/* To those who may not know them the kernel gives zeros. */
	return all;
}
