// SPDX-License-Identifier: GPL-2.0
/*
 * Pages of guest_memfd never move: for the private memory of some VMs they cannot
 * be copied. Whoever asks is refused, and the kernel does not think of it either.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "disposable.h"
#include "harness.h"
#include "gmem_fixture.h"
#include "numa.h"
#include "page_pattern.h"

FIXTURE_GMEM(gmem_migration);
GMEM_KIND_MMAP_SHARED(gmem_migration);

static void fill(char *p)
{
	u64 i;

	for (i = 0; i < GMEM_KIND_NR_PAGES; i++)
		page_pattern_fill(p + i * PAGE_SIZE, PAGE_SHARED, i, 1);
}

static u64 nr_filled(const char *p)
{
	struct page_mismatch why;
	u64 i, nr = 0;

	for (i = 0; i < GMEM_KIND_NR_PAGES; i++)
		nr += page_pattern_check(p + i * PAGE_SIZE, PAGE_SHARED, i, 1, &why);
	return nr;
}

/* CREATE-11: one by one, to the node where they are not. Red: mutant file-migratable. */
TEST_F(gmem_migration, move_pages_moves_none)
{
	char *p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
	int nodes[2], here, status;
	u64 i;

	REQUIRE(numa_find_two_nodes(nodes), "fewer than two memory nodes");
	fill(p);
	for (i = 0; i < GMEM_KIND_NR_PAGES; i++) {
		here = numa_node_of(p + i * PAGE_SIZE);
		status = numa_move_page(p + i * PAGE_SIZE, here == nodes[0] ? nodes[1] : nodes[0]);
		EXPECT_GT(0, status) {
			TH_LOG("page %llu is on node %d now", i, status);
		}
		EXPECT_EQ(here, numa_node_of(p + i * PAGE_SIZE));
	}
	EXPECT_EQ(GMEM_KIND_NR_PAGES, nr_filled(p));
}

/*
 * CREATE-11: as part of a policy, which is refused when it insists on moving. Red:
 * mutant file-migratable.
 */
TEST_F(gmem_migration, mbind_moves_none)
{
	char *p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
	int nodes[2], here, other;

	REQUIRE(numa_find_two_nodes(nodes), "fewer than two memory nodes");
	fill(p);
	here = numa_node_of(p);
	other = here == nodes[0] ? nodes[1] : nodes[0];
	EXPECT_OK(__numa_mbind(p, PAGE_SIZE, MPOL_BIND, BIT_ULL(other), MPOL_MF_MOVE));
	EXPECT_EQ(here, numa_node_of(p));
	EXPECT_ERRNO(EIO, __numa_mbind(p, PAGE_SIZE, MPOL_BIND, BIT_ULL(other),
				       MPOL_MF_MOVE | MPOL_MF_STRICT));
	EXPECT_EQ(here, numa_node_of(p));
	EXPECT_EQ(GMEM_KIND_NR_PAGES, nr_filled(p));
}

/* CREATE-11: with all that the process has. Red: mutant file-migratable. */
TEST_F(gmem_migration, migrate_pages_moves_none)
{
	long left;
	char *p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
	unsigned long from, to;
	int nodes[2], here;

	REQUIRE(numa_find_two_nodes(nodes), "fewer than two memory nodes");
	numa_set_thread_policy(MPOL_BIND, BIT_ULL(nodes[0]));
	fill(p);
	numa_set_thread_policy(MPOL_DEFAULT, 0);
	here = numa_node_of(p);
	from = BIT_ULL(here);
	to = BIT_ULL(here == nodes[0] ? nodes[1] : nodes[0]);
	/* How many pages stayed where they are, guest_memfd's among them. */
	left = syscall(__NR_migrate_pages, 0, 65UL, &from, &to);
	ASSERT_LE((long)GMEM_KIND_NR_PAGES, left);
	EXPECT_EQ(here, numa_node_of(p));
	EXPECT_EQ(here, numa_node_of(p + GMEM_KIND_SIZE - 1));
	EXPECT_EQ(GMEM_KIND_NR_PAGES, nr_filled(p));
}

static bool compact_memory(void)
{
	int fd = open("/proc/sys/vm/compact_memory", O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, "1", 1) == 1;

	close(fd);
	return ok;
}

/* The physical page numbers, which only the superuser sees: else zeros. */
static bool read_pfns(const char *p, u64 *pfns)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 &&
		  pread(fd, pfns, GMEM_KIND_NR_PAGES * sizeof(*pfns),
			(unsigned long)p / PAGE_SIZE * sizeof(*pfns)) ==
		  (ssize_t)(GMEM_KIND_NR_PAGES * sizeof(*pfns));
	u64 i;

	close(fd);
	for (i = 0; i < GMEM_KIND_NR_PAGES; i++)
		pfns[i] &= BIT_ULL(55) - 1;
	return ok && pfns[0];
}

/*
 * CREATE-11: compaction of the whole memory leaves each page where it is. A
 * kernel that tries to migrate one warns about it, besides.
 * Red: mutant file-migratable.
 */
TEST_F(gmem_migration, compaction_moves_none)
{
	u64 before[GMEM_KIND_NR_PAGES] = { 0 }, after[GMEM_KIND_NR_PAGES] = { 0 };
	char *p = gmem_mmap(self->fd, 0, GMEM_KIND_SIZE);
	u64 i;

	fill(p);
	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(read_pfns(p, before), "may not read physical page numbers");
	REQUIRE(compact_memory(), "may not compact memory");
	ASSERT_TRUE(read_pfns(p, after));
	for (i = 0; i < GMEM_KIND_NR_PAGES; i++)
		EXPECT_EQ(before[i], after[i]);
	EXPECT_EQ(GMEM_KIND_NR_PAGES, nr_filled(p));
}

GMEM_TEST_MAIN
