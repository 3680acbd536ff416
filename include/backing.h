/* SPDX-License-Identifier: GPL-2.0 */
/* Host memory for the shared side of a slot. Sizes are in bytes. */
#ifndef KVM_GMEM_BACKING_H
#define KVM_GMEM_BACKING_H

#include <sys/mman.h>

#include "types.h"

/* madvise() since Linux 5.14, in <sys/mman.h> since glibc 2.35. */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ	22
#define MADV_POPULATE_WRITE	23
#endif

enum backing_kind {
	BACKING_ANON,		/* base pages only: MADV_NOHUGEPAGE */
	BACKING_THP,		/* anonymous, MADV_HUGEPAGE */
	BACKING_HUGETLB,	/* hugetlb pages of ARCH_LARGE_PAGE_SIZE */
	BACKING_MEMFD,		/* MAP_SHARED of a memfd (shmem) */
};

const char *backing_name(enum backing_kind kind);

/*
 * Whether @size bytes of that kind can be had now: THP enabled for madvise,
 * enough free hugetlb pages. For REQUIRE_* in a fixture's set-up.
 */
bool backing_available(enum backing_kind kind, u64 size);

/*
 * Map @size bytes, not populated. From ARCH_LARGE_PAGE_SIZE up the address is a
 * multiple of that, so that hva and gpa can share large mappings. Ends the case
 * on failure.
 */
void *backing_map(enum backing_kind kind, u64 size);
void backing_unmap(enum backing_kind kind, void *hva, u64 size);

/* An address range of @size bytes that is reserved and faults on any access. */
void *backing_reserve(u64 size);

#endif
