// SPDX-License-Identifier: GPL-2.0
/* userfaultfd on mapped guest_memfd: which modes there are, and that they are right. */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/fs.h>
#include <linux/userfaultfd.h>

#include "harness.h"
#include "gmem_fixture.h"
#include "page_pattern.h"

/* A userfaultfd with the features, or -errno. */
static int uffd_open(u64 features)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	int fd = syscall(__NR_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY), ret;

	if (fd < 0)
		return -errno;
	if (!ioctl(fd, UFFDIO_API, &api))
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

static bool uffd_has(u64 features)
{
	int fd = uffd_open(features);

	close(fd);
	return fd >= 0;
}

static int uffd_register(int uffd, const void *p, u64 size, u64 mode)
{
	struct uffdio_register reg = {
		.range = { .start = (unsigned long)p, .len = size },
		.mode = mode,
	};

	return ioctl(uffd, UFFDIO_REGISTER, &reg) ? -errno : 0;
}

static const u64 modes[] = {
	UFFDIO_REGISTER_MODE_MISSING,
	UFFDIO_REGISTER_MODE_MINOR,
	UFFDIO_REGISTER_MODE_WP,
	UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_WP,
	UFFDIO_REGISTER_MODE_MINOR | UFFDIO_REGISTER_MODE_WP,
	UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_MINOR,
	UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_MINOR | UFFDIO_REGISTER_MODE_WP,
};

FIXTURE_GMEM(gmem_userfault);
GMEM_KIND_MMAP_PRIVATE(gmem_userfault);
GMEM_KIND_MMAP_SHARED(gmem_userfault);

/*
 * CREATE-11: no user process resolves the faults of guest_memfd, or waits for them.
 * Red: mutant file-uffd-any.
 */
TEST_F(gmem_userfault, no_mode_that_stops_a_fault_can_be_registered)
{
	char *p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
	unsigned int i;
	int uffd;

	REQUIRE(uffd_has(0), "no userfaultfd");
	uffd = uffd_open(0);
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		EXPECT_ERRNO(EINVAL, uffd_register(uffd, p, GMEM_KIND_SIZE, modes[i])) {
			TH_LOG("mode %#llx", modes[i]);
		}
	}
	/* A refused range is not registered: a fault in it would never return. */
	if (variant->flags & GUEST_MEMFD_FLAG_INIT_SHARED) {
		EXPECT_FILLED(0, p, GMEM_KIND_SIZE);
	}
	close(uffd);
}

/*
 * CREATE-11: with asynchronous write protection, which stops nobody, that alone is allowed.
 * Red: mutant file-uffd-no-async.
 */
TEST_F(gmem_userfault, asynchronous_write_protection_alone_can_be_registered)
{
	char *p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
	unsigned int i;
	int uffd, err;

	REQUIRE(uffd_has(UFFD_FEATURE_WP_ASYNC), "no asynchronous write protection");
	uffd = uffd_open(UFFD_FEATURE_WP_ASYNC);
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		err = modes[i] == UFFDIO_REGISTER_MODE_WP ? 0 : EINVAL;
		EXPECT_ERRNO(err, uffd_register(uffd, p, GMEM_KIND_SIZE, modes[i])) {
			TH_LOG("mode %#llx", modes[i]);
		}
	}
	close(uffd);
}

FIXTURE_GMEM(gmem_shared_userfault);
GMEM_KIND_MMAP_SHARED(gmem_shared_userfault);

/* Bit N set: page N was written since the range was protected; 0 pages on failure. */
static int written_pages(char *p, u64 *pages)
{
	int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC), nr, i;
	struct page_region regions[GMEM_KIND_NR_PAGES];
	struct pm_scan_arg arg = {
		.size = sizeof(arg),
		.start = (unsigned long)p,
		.end = (unsigned long)p + GMEM_KIND_SIZE,
		.vec = (unsigned long)regions,
		.vec_len = GMEM_KIND_NR_PAGES,
		.category_mask = PAGE_IS_WRITTEN,
		.return_mask = PAGE_IS_WRITTEN,
	};

	*pages = 0;
	nr = ioctl(pagemap, PAGEMAP_SCAN, &arg);
	if (nr < 0)
		nr = -errno;
	close(pagemap);
	for (i = 0; i < nr; i++) {
		u64 first = (regions[i].start - (unsigned long)p) / PAGE_SIZE;
		u64 end = (regions[i].end - (unsigned long)p) / PAGE_SIZE;

		*pages |= (BIT_ULL(end) - 1) & ~(BIT_ULL(first) - 1);
	}
	return nr;
}

/*
 * CREATE-11: it tells which pages the host wrote through the mapping, and no bytes are lost.
 * Red: mutant file-uffd-no-async.
 */
TEST_F(gmem_shared_userfault, write_protection_tracks_the_writes_of_the_host)
{
	char *p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
	struct uffdio_writeprotect wp = {
		.range = { .start = (unsigned long)p, .len = GMEM_KIND_SIZE },
		.mode = UFFDIO_WRITEPROTECT_MODE_WP,
	};
	struct page_mismatch why;
	u64 i, pages;
	int uffd;

	REQUIRE(uffd_has(UFFD_FEATURE_WP_ASYNC), "no asynchronous write protection");
	for (i = 0; i < GMEM_KIND_NR_PAGES; i++)
		page_pattern_fill(p + i * PAGE_SIZE, PAGE_SHARED, i, 1);
	uffd = uffd_open(UFFD_FEATURE_WP_ASYNC);
	ASSERT_OK(uffd_register(uffd, p, GMEM_KIND_SIZE, UFFDIO_REGISTER_MODE_WP));
	ASSERT_EQ(0, ioctl(uffd, UFFDIO_WRITEPROTECT, &wp));
	EXPECT_OK(written_pages(p, &pages));
	EXPECT_EQ(0, pages);

	page_pattern_fill(p + 3 * PAGE_SIZE, PAGE_SHARED, 3, 2);
	page_pattern_fill(p + 15 * PAGE_SIZE, PAGE_SHARED, 15, 2);
	EXPECT_OK(written_pages(p, &pages));
	EXPECT_EQ(BIT_ULL(3) | BIT_ULL(15), pages);
	for (i = 0; i < GMEM_KIND_NR_PAGES; i++)
		EXPECT_TRUE(page_pattern_check(p + i * PAGE_SIZE, PAGE_SHARED, i,
					       i == 3 || i == 15 ? 2 : 1, &why));
	close(uffd);
}

GMEM_TEST_MAIN
