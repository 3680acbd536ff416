// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backing.h"
#include "fail.h"

#define HUGETLB_DIR	"/sys/kernel/mm/hugepages/hugepages-%llukB/free_hugepages"
#define THP_ENABLED	"/sys/kernel/mm/transparent_hugepage/enabled"

const char *backing_name(enum backing_kind kind)
{
	static const char * const names[] = {
		[BACKING_ANON] = "anonymous",
		[BACKING_THP] = "anonymous THP",
		[BACKING_HUGETLB] = "hugetlb",
		[BACKING_MEMFD] = "memfd",
	};

	return names[kind];
}

static bool read_line(const char *path, char *line, int size)
{
	FILE *f = fopen(path, "re");
	bool ok;

	if (!f)
		return false;
	ok = fgets(line, size, f);
	fclose(f);
	return ok;
}

static bool hugetlb_free(u64 size)
{
	unsigned long long nr = 0;
	char path[128], line[64];

	snprintf(path, sizeof(path), HUGETLB_DIR, ARCH_LARGE_PAGE_SIZE >> 10);
	if (!read_line(path, line, sizeof(line)) || sscanf(line, "%llu", &nr) != 1)
		return false;
	return nr * ARCH_LARGE_PAGE_SIZE >= size;
}

bool backing_available(enum backing_kind kind, u64 size)
{
	char line[64];

	switch (kind) {
	case BACKING_THP:
		return read_line(THP_ENABLED, line, sizeof(line)) && !strstr(line, "[never]");
	case BACKING_HUGETLB:
		return hugetlb_free(ALIGN_UP_TO(size, ARCH_LARGE_PAGE_SIZE));
	default:
		return true;
	}
}

/* mmap() at a multiple of @align: reserve more and give the ends back. */
static void *reserve_aligned(u64 size, u64 align)
{
	char *raw, *hva;

	raw = mmap(NULL, size + align, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		   -1, 0);
	FAIL_UNLESS(raw != MAP_FAILED, "reserve %#llx bytes: %s", size, errno_name(errno));
	hva = (char *)ALIGN_UP_TO((unsigned long)raw, align);
	if (hva > raw)
		munmap(raw, hva - raw);
	munmap(hva + size, raw + align - hva);
	return hva;
}

void *backing_reserve(u64 size)
{
	return reserve_aligned(size, size < ARCH_LARGE_PAGE_SIZE ? PAGE_SIZE :
						       ARCH_LARGE_PAGE_SIZE);
}

void *backing_map(enum backing_kind kind, u64 size)
{
	int flags = MAP_FIXED | MAP_NORESERVE, fd = -1;
	void *hva, *p;

	if (kind == BACKING_HUGETLB)
		size = ALIGN_UP_TO(size, ARCH_LARGE_PAGE_SIZE);
	hva = backing_reserve(size);

	if (kind == BACKING_MEMFD) {
		fd = memfd_create("kvm-gmem-shared", MFD_CLOEXEC);
		FAIL_UNLESS(fd >= 0, "memfd_create: %s", errno_name(errno));
		FAIL_UNLESS(!ftruncate(fd, size), "ftruncate %#llx: %s", size, errno_name(errno));
		flags |= MAP_SHARED;
	} else {
		flags |= MAP_PRIVATE | MAP_ANONYMOUS;
	}
	if (kind == BACKING_HUGETLB)
		flags |= MAP_HUGETLB;

	p = mmap(hva, size, PROT_READ | PROT_WRITE, flags, fd, 0);
	FAIL_UNLESS(p == hva, "map %#llx bytes of %s memory: %s", size, backing_name(kind),
		    errno_name(errno));
	if (fd >= 0)
		close(fd);
	/* EINVAL means a kernel without THP: then every page is a base page. */
	if (kind == BACKING_ANON && madvise(hva, size, MADV_NOHUGEPAGE))
		FAIL_UNLESS(errno == EINVAL, "MADV_NOHUGEPAGE: %s", errno_name(errno));
	if (kind == BACKING_THP && madvise(hva, size, MADV_HUGEPAGE))
		FAIL("MADV_HUGEPAGE: %s", errno_name(errno));
	return hva;
}

void backing_unmap(enum backing_kind kind, void *hva, u64 size)
{
	if (kind == BACKING_HUGETLB)
		size = ALIGN_UP_TO(size, ARCH_LARGE_PAGE_SIZE);
	FAIL_UNLESS(!munmap(hva, size), "unmap %#llx bytes of %s memory: %s", size,
		    backing_name(kind), errno_name(errno));
}
