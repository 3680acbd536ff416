// SPDX-License-Identifier: GPL-2.0
/*
 * guest_memfd without memory: allocations that the kernel makes for a file or for
 * its pages fail, one after the other. Nothing may be left of what was refused, and the same
 * call works when it is repeated.
 */
#include <dirent.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "disposable.h"
#include "fail_slab.h"
#include "gmem.h"
#include "gmem_fixture.h"
#include "harness.h"
#include "vm.h"

#define NR_PAGES	70	/* more than one node of the page tree */
#define SIZE		(NR_PAGES * PAGE_SIZE)

FIXTURE(gmem_nomem)
{
	struct vm *vm;
};

FIXTURE_SETUP(gmem_nomem)
{
	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(kvm_cap(KVM_CAP_GUEST_MEMFD), "no guest_memfd");
	REQUIRE(fail_slab_available(), "allocations cannot be made to fail (failslab, root)");
	fail_slab_open();
	self->vm = vm_create_bare(gmem_any_vm_type());
}

FIXTURE_TEARDOWN(gmem_nomem)
{
	fail_slab_close();
	vm_free(self->vm);
}

static int nr_open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	FAIL_UNLESS(dir, "opendir: %s", errno_name(errno));
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/*
 * A number may be taken by a call that has made no file. That would not be the lowest: the
 * first ones are fail_slab's while it is armed, and free again afterwards.
 */
static int eighth_free_descriptor(void)
{
	int fds[8];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = dup(STDERR_FILENO);
		FAIL_UNLESS(fds[i] >= 0, "dup: %s", errno_name(errno));
	}
	for (i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
	return fds[ARRAY_SIZE(fds) - 1];
}

/*
 * CREATE-2: no file without the memory for it, and no descriptor.
 * Red: mutant create-nomem-leaks-fd.
 */
TEST_F(gmem_nomem, file_is_made_whole_or_not_at_all)
{
	const int before = nr_open_files(), eighth = eighth_free_descriptor();
	const u32 step = 64, limit = SZ_64K;
	int fd = -1, nr_failed = 0;
	u32 bytes;

	for (bytes = 0; fd < 0 && bytes < limit; bytes += step) {
		fail_slab_arm(bytes);
		fd = __gmem_create(self->vm, SIZE, 0);
		fail_slab_disarm();
		if (fd >= 0) {
			close(fd);
		} else {
			nr_failed++;
			EXPECT_ERRNO(ENOMEM, fd) {
				TH_LOG("after %u bytes", bytes);
			}
		}
		EXPECT_EQ(before, nr_open_files()) {
			TH_LOG("after %u bytes", bytes);
		}
		EXPECT_EQ(eighth, eighth_free_descriptor()) {
			TH_LOG("after %u bytes", bytes);
		}
	}
	EXPECT_LE(0, fd);
	/* Its own structure, inode, dentry and struct file are larger than a step each. */
	EXPECT_LE(4, nr_failed);
}

/* CREATE-2: nor without a number for the descriptor. Red: mutant create-fd-errno. */
TEST_F(gmem_nomem, file_needs_a_descriptor)
{
	struct rlimit limit, none;
	int fd;

	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
	none = limit;
	none.rlim_cur = 0;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
	EXPECT_ERRNO(EMFILE, __gmem_create(self->vm, SIZE, 0));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	fd = __gmem_create(self->vm, SIZE, 0);
	EXPECT_LE(0, fd);
	close(fd);
}

/*
 * FALLOC-3: an allocation that runs out of memory keeps the pages that it got, all those
 * before, says ENOMEM, and goes on from there. How many allocations a page takes is up to
 * the kernel's caches, so only some of them must have left pages. Red: mutants
 * falloc-nomem-ok, falloc-nomem-undoes.
 */
TEST_F(gmem_nomem, allocation_stops_where_memory_ends)
{
	struct fail_slab_sweep sweep = { 0 };
	u64 nr, most = 0;
	bool can_count = true;
	int ret, fd;

	while (fail_slab_next(&sweep)) {
		fd = gmem_create(self->vm, SIZE, 0);
		can_count = gmem_can_count_pages(fd);
		ret = FAIL_SLAB_NTH(&sweep, __gmem_allocate(fd, 0, SIZE));
		if (ret) {
			EXPECT_ERRNO(ENOMEM, ret) {
				TH_LOG("allocation %d", sweep.nth);
			}
			nr = can_count ? gmem_count_pages(fd, 0, SIZE) : 0;
			EXPECT_GT(NR_PAGES, nr) {
				TH_LOG("allocation %d", sweep.nth);
			}
			if (nr)
				EXPECT_EQ(nr, gmem_count_pages(fd, 0, nr * PAGE_SIZE)) {
					TH_LOG("allocation %d", sweep.nth);
				}
			if (nr > most)
				most = nr;
		}
		EXPECT_OK(__gmem_allocate(fd, 0, SIZE));
		if (can_count)
			EXPECT_EQ(NR_PAGES, gmem_count_pages(fd, 0, SIZE));
		close(fd);
	}
	if (can_count)
		EXPECT_LT(0, most);
	EXPECT_LT(0, sweep.nr_failed);
}

/*
 * CREATE-7: the host's access to a shared page needs memory as well; without there
 * is no page, and with it there is one of zeros. Red: mutant fault-user-nomem-sigbus.
 */
TEST_F(gmem_nomem, host_mapping_is_populated_or_says_enomem)
{
	const u64 flags = GUEST_MEMFD_FLAG_MMAP | GUEST_MEMFD_FLAG_INIT_SHARED;
	struct fail_slab_sweep sweep = { 0 };
	int ret, fd;
	char *p;

	REQUIRE((gmem_supported_flags(self->vm) & flags) == flags,
		"no guest_memfd with these flags (before 6.18)");
	while (fail_slab_next(&sweep)) {
		fd = gmem_create(self->vm, SIZE, flags);
		p = gmem_mmap(fd, 0, SIZE);
		ret = FAIL_SLAB_NTH(&sweep, madvise(p, SIZE, MADV_POPULATE_WRITE) ? -errno : 0);
		if (ret) {
			EXPECT_ERRNO(ENOMEM, ret) {
				TH_LOG("allocation %d", sweep.nth);
			}
		}
		EXPECT_EQ(0, madvise(p, SIZE, MADV_POPULATE_WRITE));
		EXPECT_FILLED(0, p, SIZE);
		munmap(p, SIZE);
		close(fd);
	}
	EXPECT_LT(0, sweep.nr_failed);
}

GMEM_TEST_MAIN
