// SPDX-License-Identifier: GPL-2.0
/* mmap() of a guest_memfd: when it is allowed, and which access then succeeds. */
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backing.h"
#include "harness.h"
#include "gmem_fixture.h"
#include "host_fault.h"
#include "page_pattern.h"

static long map(int fd, u64 offset, u64 size, int prot, int flags)
{
	void *p = mmap(NULL, size, prot, flags, fd, offset);

	return p == MAP_FAILED ? -errno : (long)p;
}

static long advise(void *p, u64 size, int advice)
{
	return madvise(p, size, advice) ? -errno : 0;
}

FIXTURE_GMEM_KINDS(gmem_mmap);

static const int protections[] = { PROT_NONE, PROT_READ, PROT_WRITE, PROT_READ | PROT_WRITE };

/*
 * CREATE-7: GUEST_MEMFD_FLAG_MMAP decides, not whether the memory is shared. Red:
 * mutant file-mmap-always.
 */
TEST_F(gmem_mmap, file_can_be_mapped_iff_it_has_the_mmap_flag)
{
	bool mappable = variant->flags & GUEST_MEMFD_FLAG_MMAP;
	unsigned int i, flags;
	long p;

	gmem_allocate(self->fd, PAGE_SIZE, PAGE_SIZE);
	self->watch = gmem_kind_watch(self->vm, self->fd);
	for (i = 0; i < 2 * ARRAY_SIZE(protections); i++) {
		flags = i % 2 ? MAP_SHARED : MAP_SHARED_VALIDATE;
		p = map(self->fd, i % 2 * PAGE_SIZE, PAGE_SIZE, protections[i / 2], flags);
		if (mappable && p >= 0) {
			munmap((void *)p, PAGE_SIZE);
			EXPECT_UNCHANGED(self->watch);
			continue;
		}
		EXPECT_REFUSED(self->watch, mappable ? 0 : ENODEV, p) {
			TH_LOG("protection %#x", protections[i / 2]);
		}
	}
}

/*
 * CREATE-7: copies on write would be memory that the VM does not have.
 * Red: mutant file-mmap-cow, mutant refused-mmap-allocates.
 */
TEST_F(gmem_mmap, private_mapping_is_refused)
{
	int err = variant->flags & GUEST_MEMFD_FLAG_MMAP ? EINVAL : ENODEV;
	unsigned int i;

	gmem_allocate(self->fd, PAGE_SIZE, PAGE_SIZE);
	self->watch = gmem_kind_watch(self->vm, self->fd);
	for (i = 0; i < ARRAY_SIZE(protections); i++) {
		EXPECT_REFUSED(self->watch, err, map(self->fd, 0, GMEM_KIND_SIZE, protections[i],
						     MAP_PRIVATE)) {
			TH_LOG("protection %#x", protections[i]);
		}
	}
}

FIXTURE_GMEM(gmem_mapping);
GMEM_KIND_MMAP_PRIVATE(gmem_mapping);
GMEM_KIND_MMAP_SHARED(gmem_mapping);

/*
 * CREATE-7: no code runs from a guest_memfd: neither mapped so nor made so later. Red:
 * mutant file-exec.
 */
TEST_F(gmem_mapping, mapping_is_never_executable)
{
	long p;

	self->watch = gmem_kind_watch(self->vm, self->fd);
	EXPECT_REFUSED(self->watch, EPERM, map(self->fd, 0, PAGE_SIZE, PROT_EXEC, MAP_SHARED));
	EXPECT_REFUSED(self->watch, EPERM,
		       map(self->fd, 0, PAGE_SIZE, PROT_READ | PROT_EXEC, MAP_SHARED));

	p = map(self->fd, 0, PAGE_SIZE, PROT_READ, MAP_SHARED);
	ASSERT_OK(p);
	EXPECT_REFUSED_SYSCALL(self->watch, EACCES,
			       mprotect((void *)p, PAGE_SIZE, PROT_READ | PROT_EXEC));
	EXPECT_EQ(0, mprotect((void *)p, PAGE_SIZE, PROT_READ | PROT_WRITE));
	munmap((void *)p, PAGE_SIZE);
}

/*
 * CREATE-7: mapping is no access: it neither allocates nor frees. Red: mutant
 * file-mmap-allocates.
 */
TEST_F(gmem_mapping, mapping_and_unmapping_allocate_nothing)
{
	void *p;

	gmem_allocate(self->fd, PAGE_SIZE, PAGE_SIZE);
	p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
	EXPECT_EQ(1, gmem_count_pages(self->fd, 0, GMEM_KIND_SIZE));
	munmap(p, GMEM_KIND_SIZE);
	EXPECT_EQ(1, gmem_count_pages(self->fd, 0, GMEM_KIND_SIZE));
	EXPECT_TRUE(gmem_has_page(self->fd, PAGE_SIZE));
}

FIXTURE_GMEM(gmem_private_mapping);
GMEM_KIND_MMAP_PRIVATE(gmem_private_mapping);

#define EXPECT_SIGBUS(hva, _fault)				\
	do {							\
		struct host_fault __fault = (_fault);		\
								\
		EXPECT_EQ(SIGBUS, __fault.signal);		\
		EXPECT_EQ(BUS_ADRERR, __fault.code);		\
		EXPECT_EQ((const void *)(hva), __fault.address); \
	} while (0)

/*
 * CREATE-7: private memory can be mapped, for what needs an address, but no
 * access succeeds, be the page allocated or not, nor does it allocate one.
 * Red: mutant file-fault-ignores-private.
 */
TEST_F(gmem_private_mapping, access_to_private_memory_gives_sigbus)
{
	char *p;
	u64 i;

	gmem_allocate(self->fd, 0, 2 * PAGE_SIZE);
	p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
	for (i = 0; i < GMEM_KIND_SIZE; i += PAGE_SIZE) {
		EXPECT_SIGBUS(p + i, host_try_read(p + i));
		EXPECT_SIGBUS(p + i + 8, host_try_write(p + i + 8, 1));
	}
	EXPECT_EQ(2, gmem_count_pages(self->fd, 0, GMEM_KIND_SIZE));
}

/*
 * CREATE-7: populating private memory fails, or silently does nothing. Red: mutant
 * file-fault-ignores-private.
 */
TEST_F(gmem_private_mapping, private_memory_cannot_be_populated)
{
	void *p;

	gmem_allocate(self->fd, 0, PAGE_SIZE);
	p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
	self->watch = gmem_kind_watch(self->vm, self->fd);
	EXPECT_REFUSED(self->watch, EFAULT, advise(p, GMEM_KIND_SIZE, MADV_POPULATE_READ));
	EXPECT_REFUSED(self->watch, EFAULT, advise(p, GMEM_KIND_SIZE, MADV_POPULATE_WRITE));
	munmap(p, GMEM_KIND_SIZE);
	/* mmap() does not report what its population met. */
	p = (void *)map(self->fd, 0, GMEM_KIND_SIZE, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_POPULATE);
	ASSERT_OK((long)p);
	EXPECT_UNCHANGED(self->watch);
	munmap(p, GMEM_KIND_SIZE);
}

FIXTURE_GMEM(gmem_shared_mapping);
GMEM_KIND_MMAP_SHARED(gmem_shared_mapping);

/*
 * CREATE-7: each way to populate gives every page of its range, zeroed. Red: mutant
 * file-mmap-allocates.
 */
TEST_F(gmem_shared_mapping, shared_memory_can_be_populated)
{
	static const int advices[] = { MADV_POPULATE_READ, MADV_POPULATE_WRITE };
	unsigned int i;
	char *p;

	for (i = 0; i < ARRAY_SIZE(advices); i++) {
		p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
		EXPECT_OK(advise(p + PAGE_SIZE, 2 * PAGE_SIZE, advices[i]));
		EXPECT_EQ(2, gmem_count_pages(self->fd, 0, GMEM_KIND_SIZE));
		EXPECT_EQ(2, gmem_count_pages(self->fd, PAGE_SIZE, 2 * PAGE_SIZE));
		EXPECT_FILLED(0, p, GMEM_KIND_SIZE);
		gmem_punch_hole(self->fd, 0, GMEM_KIND_SIZE);
	}
	p = (char *)map(self->fd, 3 * PAGE_SIZE, 5 * PAGE_SIZE, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_POPULATE);
	EXPECT_EQ(5, gmem_count_pages(self->fd, 3 * PAGE_SIZE, 5 * PAGE_SIZE));
	EXPECT_EQ(5, gmem_count_pages(self->fd, 0, GMEM_KIND_SIZE));
	EXPECT_FILLED(0, p, 5 * PAGE_SIZE);
}

/*
 * CREATE-7: a mapping may reach over the end of the file, and even start there:
 * the last page of the file is the last that can be touched.
 * Red: mutant file-fault-past-eof.
 */
TEST_F(gmem_shared_mapping, access_past_the_end_gives_sigbus)
{
	char *p, *end, *beyond;

	p = gmem_mmap(self->fd, 0, 2 * GMEM_KIND_SIZE);
	end = p + GMEM_KIND_SIZE;
	EXPECT_EQ(0, host_try_write(end - 1, 0x77).signal);
	EXPECT_SIGBUS(end, host_try_read(end));
	EXPECT_SIGBUS(end, host_try_write(end, 1));
	EXPECT_SIGBUS(end + GMEM_KIND_SIZE - 1, host_try_read(end + GMEM_KIND_SIZE - 1));
	EXPECT_EQ(0x77, host_try_read(end - 1).byte);

	beyond = gmem_mmap(self->fd, GMEM_KIND_SIZE, PAGE_SIZE);
	EXPECT_SIGBUS(beyond, host_try_write(beyond, 1));
	EXPECT_EQ(1, gmem_count_pages(self->fd, 0, GMEM_KIND_SIZE));
	EXPECT_EQ(0, gmem_count_pages(self->fd, GMEM_KIND_SIZE, GMEM_KIND_SIZE));
}

/*
 * CREATE-7: population stops at the end of the file, and says so. Red: mutant
 * file-fault-past-eof.
 */
TEST_F(gmem_shared_mapping, population_past_the_end_fails_behind_the_last_page)
{
	char *p;

	p = gmem_mmap(self->fd, 0, 2 * GMEM_KIND_SIZE);
	EXPECT_ERRNO(EFAULT, advise(p + GMEM_KIND_SIZE - PAGE_SIZE, 2 * PAGE_SIZE,
				    MADV_POPULATE_WRITE));
	EXPECT_EQ(1, gmem_count_pages(self->fd, 0, GMEM_KIND_SIZE));
	EXPECT_TRUE(gmem_has_page(self->fd, GMEM_KIND_SIZE - PAGE_SIZE));
}

/*
 * CREATE-7: all mappings of a page show the same bytes, at the page's own place. Red:
 * mutant file-fault-index.
 */
TEST_F(gmem_shared_mapping, mappings_show_the_pages_of_their_offset)
{
	struct page_mismatch why;
	char *whole, *one;
	u64 i;

	whole = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
	for (i = 0; i < GMEM_KIND_NR_PAGES; i++)
		page_pattern_fill(whole + i * PAGE_SIZE, PAGE_SHARED, i, 1);
	/* Last page first: the order of mapping is no order of pages. */
	for (i = GMEM_KIND_NR_PAGES; i-- > 0; ) {
		one = gmem_mmap(self->fd, i * PAGE_SIZE, PAGE_SIZE);
		EXPECT_TRUE(page_pattern_check(one, PAGE_SHARED, i, 1, &why));
		page_pattern_fill(one, PAGE_SHARED, i, 2);
		munmap(one, PAGE_SIZE);
	}
	for (i = 0; i < GMEM_KIND_NR_PAGES; i++) {
		EXPECT_TRUE(page_pattern_check(whole + i * PAGE_SIZE, PAGE_SHARED, i, 2, &why)) {
			TH_LOG("page %llu: %#llx, expected %#llx", i, why.found, why.expected);
		}
	}
}

/*
 * CREATE-7: memory that was never written reads zero, also where dirt lay before. Red:
 * mutant file-fault-no-clear.
 */
TEST_F(gmem_shared_mapping, first_read_of_a_page_gives_zeros)
{
	char *p;
	int round;

	p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
	for (round = 0; round < 3; round++) {
		EXPECT_FILLED(0, p, GMEM_KIND_SIZE);
		memset(p, 0xe5, GMEM_KIND_SIZE);
		gmem_punch_hole(self->fd, 0, GMEM_KIND_SIZE);
	}
}

GMEM_TEST_MAIN
