// SPDX-License-Identifier: GPL-2.0
/* Advice about mapped guest_memfd: what it may do to pages and bytes, and what not. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "disposable.h"
#include "harness.h"
#include "backing.h"
#include "gmem_fixture.h"
#include "page_pattern.h"

#ifndef MADV_COLD
#define MADV_COLD	20
#define MADV_PAGEOUT	21
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE	25
#endif

static long advise(void *p, u64 size, int advice)
{
	return madvise(p, size, advice) ? -errno : 0;
}

static void fill(char *p, u64 nr_pages, u64 gen)
{
	u64 i;

	for (i = 0; i < nr_pages; i++)
		page_pattern_fill(p + i * PAGE_SIZE, PAGE_SHARED, i, gen);
}

/* How many pages are as fill() left them. */
static u64 nr_filled(const char *p, u64 nr_pages, u64 gen)
{
	struct page_mismatch why;
	u64 i, nr = 0;

	for (i = 0; i < nr_pages; i++)
		nr += page_pattern_check(p + i * PAGE_SIZE, PAGE_SHARED, i, gen, &why);
	return nr;
}

FIXTURE_GMEM(gmem_madvise);
GMEM_KIND_MMAP_PRIVATE(gmem_madvise);
GMEM_KIND_MMAP_SHARED(gmem_madvise);

/*
 * FALLOC-8: MADV_REMOVE is a hole in the file, under the mapping's own offset. Red:
 * mutant file-remove-from-start.
 */
TEST_F(gmem_madvise, remove_punches_a_hole)
{
	char *p = gmem_mmap(self->fd, 4 * PAGE_SIZE, 8 * PAGE_SIZE);

	gmem_allocate(self->fd, 0, GMEM_KIND_SIZE);
	EXPECT_OK(advise(p + 2 * PAGE_SIZE, 3 * PAGE_SIZE, MADV_REMOVE));
	EXPECT_EQ(GMEM_KIND_NR_PAGES - 3, gmem_count_pages(self->fd, 0, GMEM_KIND_SIZE));
	EXPECT_EQ(0, gmem_count_pages(self->fd, 6 * PAGE_SIZE, 3 * PAGE_SIZE));
}

/*
 * FALLOC-8: a page that is mapped by nobody and wanted by nobody is still the guest's.
 * Red: mutant file-fadvise-drops.
 */
TEST_F(gmem_madvise, no_advice_frees_pages_of_the_file)
{
	static const int advices[] = {
		MADV_DONTNEED, MADV_COLD, MADV_PAGEOUT, MADV_SEQUENTIAL, MADV_WILLNEED,
	};
	char *p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
	unsigned int i;

	gmem_allocate(self->fd, 0, GMEM_KIND_SIZE);
	for (i = 0; i < ARRAY_SIZE(advices); i++) {
		EXPECT_OK(advise(p, GMEM_KIND_SIZE, advices[i])) {
			TH_LOG("advice %d", advices[i]);
		}
		EXPECT_EQ(GMEM_KIND_NR_PAGES, gmem_count_pages(self->fd, 0, GMEM_KIND_SIZE)) {
			TH_LOG("advice %d", advices[i]);
		}
	}
	/* Lazy freeing is for anonymous memory. */
	EXPECT_ERRNO(EINVAL, advise(p, GMEM_KIND_SIZE, MADV_FREE));
	EXPECT_EQ(0, posix_fadvise(self->fd, 0, 0, POSIX_FADV_DONTNEED));
	EXPECT_EQ(GMEM_KIND_NR_PAGES, gmem_count_pages(self->fd, 0, GMEM_KIND_SIZE));
}

FIXTURE_GMEM(gmem_shared_madvise);
GMEM_KIND_MMAP_SHARED(gmem_shared_madvise);

/*
 * FALLOC-8: unmapped and mapped again, all bytes are there. Red: mutant
 * file-fault-always-clears.
 */
TEST_F(gmem_shared_madvise, dontneed_keeps_the_bytes)
{
	static const int advices[] = { MADV_DONTNEED, MADV_COLD, MADV_PAGEOUT };
	char *p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(advices); i++) {
		fill(p, GMEM_KIND_NR_PAGES, i);
		EXPECT_OK(advise(p, GMEM_KIND_SIZE, advices[i]));
		EXPECT_EQ(GMEM_KIND_NR_PAGES, nr_filled(p, GMEM_KIND_NR_PAGES, i)) {
			TH_LOG("advice %d", advices[i]);
		}
	}
}

/*
 * FALLOC-8: as after fallocate(): zeros in the hole, the rest as it was. Red: mutant
 * file-punch-long.
 */
TEST_F(gmem_shared_madvise, removed_pages_read_zero_and_their_neighbours_stay)
{
	char *p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);

	fill(p, GMEM_KIND_NR_PAGES, 1);
	EXPECT_OK(advise(p + 3 * PAGE_SIZE, 2 * PAGE_SIZE, MADV_REMOVE));
	EXPECT_EQ(3, nr_filled(p, 3, 1));
	EXPECT_FILLED(0, p + 3 * PAGE_SIZE, 2 * PAGE_SIZE);
	EXPECT_EQ(GMEM_KIND_NR_PAGES - 2, nr_filled(p, GMEM_KIND_NR_PAGES, 1));
}

static bool drop_caches(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, "3", 1) == 1;

	close(fd);
	return ok;
}

/*
 * FALLOC-8: pages that look like clean page cache, and are the only copy. Red: mutant
 * file-inode-listed.
 */
TEST_F(gmem_shared_madvise, dropping_caches_keeps_the_bytes)
{
	char *p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);

	REQUIRE_DISPOSABLE_MACHINE();
	/* Nobody has written to these: they are not even dirty. */
	gmem_allocate(self->fd, 0, GMEM_KIND_SIZE);
	REQUIRE(drop_caches(), "may not drop caches");
	EXPECT_EQ(GMEM_KIND_NR_PAGES, gmem_count_pages(self->fd, 0, GMEM_KIND_SIZE));
	fill(p, GMEM_KIND_NR_PAGES, 1);
	munmap(p, GMEM_KIND_SIZE);
	ASSERT_TRUE(drop_caches());
	EXPECT_EQ(GMEM_KIND_NR_PAGES, gmem_count_pages(self->fd, 0, GMEM_KIND_SIZE));
	p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
	EXPECT_EQ(GMEM_KIND_NR_PAGES, nr_filled(p, GMEM_KIND_NR_PAGES, 1));
}

#define LARGE_NR_PAGES	(ARCH_LARGE_PAGE_SIZE / PAGE_SIZE)

/*
 * FALLOC-8: pages stay base pages. Large ones may be asked for, but collapsing
 * into one would also take pages that are not the host's to map.
 * Red: mutant file-collapse-allowed.
 */
TEST_F(gmem_shared_madvise, pages_are_not_collapsed)
{
	char *hva = backing_reserve(ARCH_LARGE_PAGE_SIZE), *p;
	int fd = gmem_create(self->vm, ARCH_LARGE_PAGE_SIZE, variant->flags);

	REQUIRE(backing_available(BACKING_THP, ARCH_LARGE_PAGE_SIZE), "no THP for madvise()");
	p = mmap(hva, ARCH_LARGE_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	ASSERT_EQ(hva, p);
	fill(p, LARGE_NR_PAGES, 1);
	EXPECT_OK(advise(p, ARCH_LARGE_PAGE_SIZE, MADV_HUGEPAGE));
	EXPECT_ERRNO(EINVAL, advise(p, ARCH_LARGE_PAGE_SIZE, MADV_COLLAPSE));
	EXPECT_EQ(LARGE_NR_PAGES, nr_filled(p, LARGE_NR_PAGES, 1));
	EXPECT_OK(advise(p, ARCH_LARGE_PAGE_SIZE, MADV_DONTNEED));
	EXPECT_EQ(LARGE_NR_PAGES, nr_filled(p, LARGE_NR_PAGES, 1));
	close(fd);
}

GMEM_TEST_MAIN
