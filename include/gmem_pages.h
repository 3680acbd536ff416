/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which pages a guest_memfd holds. st_blocks says nothing: it is always 0. The
 * page cache is asked instead, by cachestat(2) (since 6.5, a config option), or
 * by mincore(2) where the file can be mapped; neither allocates anything.
 * Offsets and sizes are in bytes, multiples of the page size.
 */
#ifndef KVM_GMEM_GMEM_PAGES_H
#define KVM_GMEM_GMEM_PAGES_H

#include "types.h"

/*
 * Whether this kernel can tell for @fd. Only a kernel without cachestat(2) cannot, of a
 * file that cannot be mapped; any other error ends the case.
 */
bool gmem_can_count_pages(int fd);

/* The number of pages in [offset, offset + size) that the file holds. */
u64 gmem_count_pages(int fd, u64 offset, u64 size);

static inline bool gmem_has_page(int fd, u64 offset)
{
	return gmem_count_pages(fd, offset, PAGE_SIZE);
}

#endif
