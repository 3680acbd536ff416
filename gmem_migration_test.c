// SPDX-License-Identifier: GPL-2.0
/*
 * Pages of guest_memfd never move: for the private memory of some VMs they cannot
 * be copied. Whoever asks is refused, and the kernel does not think of it either.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backing.h"
#include "disposable.h"
#include "harness.h"
#include "gmem_fixture.h"
#include "numa.h"
#include "page_pattern.h"
#include "pagemap.h"
#include "trace.h"

FIXTURE_GMEM(gmem_migration);
GMEM_KIND_MMAP_SHARED(gmem_migration);

static void fill_pages(char *p, u64 nr_pages)
{
	u64 i;

	for (i = 0; i < nr_pages; i++)
		page_pattern_fill(p + i * PAGE_SIZE, PAGE_SHARED, i, 1);
}

static void fill(char *p)
{
	fill_pages(p, GMEM_KIND_NR_PAGES);
}

static u64 nr_pages_filled(const char *p, u64 nr_pages)
{
	struct page_mismatch why;
	u64 i, nr = 0;

	for (i = 0; i < nr_pages; i++)
		nr += page_pattern_check(p + i * PAGE_SIZE, PAGE_SHARED, i, 1, &why);
	return nr;
}

static u64 nr_filled(const char *p)
{
	return nr_pages_filled(p, GMEM_KIND_NR_PAGES);
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

#define COMPACT			"/proc/sys/vm/compact_memory"
/* Whether compaction takes pages that are never reclaimed, as those of guest_memfd are. */
#define COMPACT_UNEVICTABLE	"/proc/sys/vm/compact_unevictable_allowed"

static bool write_setting(const char *path, const char *digit)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, digit, 1) == 1;

	close(fd);
	return ok;
}

static bool read_setting(const char *path, char *digit)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && read(fd, digit, 1) == 1;

	close(fd);
	return ok;
}

static void restore_unevictable(void *digit)
{
	write_setting(COMPACT_UNEVICTABLE, digit);
}

/*
 * Compaction moves pages from the low end of memory to free ones at the high end, until
 * it has as many below as above. Every other file has what the filler leaves above it;
 * and if compaction does not come by the first file, then by one of the next.
 */
#define NR_MANY		1024
#define MANY_SIZE	(NR_MANY * PAGE_SIZE)
#define MAX_FILES	16
#define FILLER_SIZE	(128 * SZ_1M)

#define SCAN_EVENT	"compaction:mm_compaction_isolate_migratepages"

/* What compaction did while @trace was on. */
struct scan {
	u64 nr_seen;		/* of our pages: it looked whether it could move them */
	u64 nr_taken;		/* pages of anybody that it took to move them */
};

static struct scan read_scan(struct trace *trace, const u64 *pfns)
{
	struct scan scan = { 0 };
	unsigned long long start, end, taken;
	struct trace_log log;
	size_t i, j;

	trace_read(trace, &log);
	for (i = 0; i < log.nr; i++) {
		if (sscanf(log.events[i].args,
			   "range=(0x%llx ~ 0x%llx) nr_scanned=%*u nr_taken=%llu", &start, &end,
			   &taken) != 3)
			continue;
		scan.nr_taken += taken;
		for (j = 0; j < NR_MANY; j++)
			scan.nr_seen += pfns[j] >= start && pfns[j] < end;
	}
	trace_log_free(&log);
	return scan;
}

/* Events of this thread alone: it is who compacts. */
static struct trace *trace_scan(void)
{
	struct trace *trace = trace_open();

	trace_enable_own(trace, SCAN_EVENT);
	return trace;
}

/*
 * CREATE-11: compaction of the whole memory leaves each page where it is, although it
 * comes by and takes others, even where it may take pages that are not reclaimed. A kernel that
 * tries to migrate one warns about it, besides.
 * Needs: alone. Red: mutant file-migratable.
 */
TEST_F(gmem_migration, compaction_moves_none)
{
	static u64 before[NR_MANY], after[NR_MANY];
	static char unevictable;
	struct scan scan = { 0 };
	struct trace *trace;
	char *p, *filler;
	u64 i, file;

	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(trace_available() && trace_has_event(SCAN_EVENT), "no tracepoint of compaction");
	REQUIRE(pagemap_read_pfns(&scan, 1, before), "may not read physical page numbers");
	REQUIRE(read_setting(COMPACT_UNEVICTABLE, &unevictable) && !access(COMPACT, W_OK),
		"may not compact memory");
	fail_at_exit(restore_unevictable, &unevictable);
	ASSERT_TRUE(write_setting(COMPACT_UNEVICTABLE, "1"));
	trace = trace_scan();
	for (file = 0; file < MAX_FILES && !(scan.nr_seen && scan.nr_taken); file++) {
		/* Those before stay, for the next to be elsewhere. */
		filler = file % 2 ? NULL : backing_map(BACKING_ANON, FILLER_SIZE);
		if (filler)
			ASSERT_EQ(0, madvise(filler, FILLER_SIZE, MADV_POPULATE_WRITE));
		p = gmem_mmap(gmem_create(self->vm, MANY_SIZE, variant->flags), 0, MANY_SIZE);
		fill_pages(p, NR_MANY);
		if (filler)
			backing_unmap(BACKING_ANON, filler, FILLER_SIZE);
		ASSERT_TRUE(pagemap_read_pfns(p, NR_MANY, before));
		trace_clear(trace);
		ASSERT_TRUE(write_setting(COMPACT, "1"));
		scan = read_scan(trace, before);
		ASSERT_TRUE(pagemap_read_pfns(p, NR_MANY, after));
		for (i = 0; i < NR_MANY; i++)
			ASSERT_EQ(before[i], after[i]);
		EXPECT_EQ(NR_MANY, nr_pages_filled(p, NR_MANY));
	}
	TH_LOG("compaction saw %llu of our pages and took %llu others", scan.nr_seen,
	       scan.nr_taken);
	trace_close(trace);
	restore_unevictable(&unevictable);
	fail_cancel(restore_unevictable, &unevictable);
	REQUIRE(scan.nr_seen && scan.nr_taken, "compaction did not come by these pages");
}

FIXTURE_GMEM_VM_TYPES(gmem_memory);

#define ALLOC_EVENT	"kmem:mm_page_alloc"

/* The kernel's MIGRATE_MOVABLE: pages that somebody promises to be able to move. */
#define MOVABLE		1

struct allocations {
	u64 nr, nr_movable;
};

static struct allocations read_allocations(struct trace *trace)
{
	struct allocations found = { 0 };
	struct trace_log log;
	u64 type;

	trace_read(trace, &log);
	for (found.nr = 0; found.nr < log.nr; found.nr++)
		found.nr_movable += trace_field(&log.events[found.nr], "migratetype", 10, &type) &&
				    type == MOVABLE;
	trace_log_free(&log);
	return found;
}

/*
 * CREATE-11: since they stay where they are, they are not taken from memory that is kept for
 * pages that move (huge pages and memory hotplug live on that): ZONE_MOVABLE, CMA, pageblocks.
 * Needs: alone. Red: mutant file-gfp-movable.
 */
TEST_F(gmem_memory, pages_come_from_memory_for_unmovable_ones)
{
	const int fd = gmem_create(self->vm, GMEM_KIND_SIZE, 0);
	struct allocations found;
	struct trace *trace;

	REQUIRE(trace_available() && trace_has_event(ALLOC_EVENT), "no tracepoint of allocations");
	trace = trace_open();
	trace_enable_own(trace, ALLOC_EVENT);
	gmem_allocate(fd, 0, GMEM_KIND_SIZE);
	/* No more of them: to read what there is needs memory, too, and that can be moved. */
	trace_enable(trace, ALLOC_EVENT, "common_pid < 0");
	found = read_allocations(trace);
	trace_close(trace);
	close(fd);
	EXPECT_LE(GMEM_KIND_NR_PAGES, found.nr);
	EXPECT_EQ(0, found.nr_movable);
}

GMEM_TEST_MAIN
