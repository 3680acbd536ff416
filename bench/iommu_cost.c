// SPDX-License-Identifier: GPL-2.0
/*
 * What following conversions costs an I/O address space, by style (ioas_listener.h):
 * instructions per page, where the machine's counter counts those (bench/iommu_cost.sh).
 * Only the IOMMU's part: the pages are there, no attribute changes, nothing is freed.
 * The IOMMU is iommufd's mock, whose page tables are real.
 */
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "vm.h"
#include "vmm/mock_rig.h"

/* Room for 1G in what the mock IOMMU translates. */
#define GPA		SZ_1G
#define MAX_SIZE	SZ_1G
#define FRAGMENTED_SIZE	(64 * SZ_1M)

struct subject {
	const char *name;
	enum ioas_style style;
	enum backing_kind kind;
};

static const struct subject subjects[] = {
	{ "pagewise", IOAS_PAGEWISE, BACKING_ANON },
	{ "coalesced", IOAS_COALESCED, BACKING_ANON },
	{ "coalesced, THP", IOAS_COALESCED, BACKING_THP },
	{ "compat", IOAS_COMPAT, BACKING_ANON },
};

/* With a private page behind each run of @run pages. */
static void rig_open(struct mock_rig *r, const struct subject *s, u64 size, u64 run)
{
	u64 page;

	mock_rig_open(r, vm_create_bare(VM_TYPE_DEFAULT), GPA, size, s->kind, s->style);
	memset(r->block->hva, 1, size);
	for (page = run; page < size / PAGE_SIZE; page += run + 1)
		ram_discard_commit(r->block->discard, page, 1, false);
	mock_rig_follow(r, 0, size);
}

/* One change of the range: the counter's difference. */
static u64 count_change(struct mock_rig *r, u64 page, u64 nr_pages, bool populated)
{
	struct ram_discard *rd = r->block->discard;
	u64 start = arch_read_counter();

	MUST(__ram_discard_notify(rd, page, nr_pages, populated));
	start = arch_read_counter() - start;
	ram_discard_commit(rd, page, nr_pages, populated);
	return start;
}

static void print_head(const char *first)
{
	size_t i;

	printf("%-10s", first);
	for (i = 0; i < ARRAY_SIZE(subjects); i++)
		printf(" %20s", subjects[i].name);
	printf("\n%-10s", "");
	for (i = 0; i < ARRAY_SIZE(subjects); i++)
		printf(" %10s %9s", "unmap", "map");
	printf("\n");
}

/* A whole block goes and comes back, the second time; the first touches what is new. */
static void measure_size(u64 size)
{
	const u64 nr_pages = size / PAGE_SIZE;
	u64 unmap = 0, map = 0;
	struct mock_rig r;
	size_t i;
	int round;

	printf("%-10llu", nr_pages);
	for (i = 0; i < ARRAY_SIZE(subjects); i++) {
		rig_open(&r, &subjects[i], size, nr_pages);
		for (round = 0; round < 2; round++) {
			unmap = count_change(&r, 0, nr_pages, false);
			map = count_change(&r, 0, nr_pages, true);
		}
		mock_rig_close(&r);
		printf(" %10llu %9llu", unmap / nr_pages, map / nr_pages);
		fflush(stdout);
	}
	printf("\n");
}

/* One page in the middle of a run goes and comes back, in a block of such runs. */
static void measure_run(u64 run)
{
	u64 unmap, map;
	struct mock_rig r;
	size_t i;

	printf("%-10llu", run);
	for (i = 0; i < ARRAY_SIZE(subjects); i++) {
		rig_open(&r, &subjects[i], FRAGMENTED_SIZE, run);
		unmap = count_change(&r, run / 2, 1, false);
		map = count_change(&r, run / 2, 1, true);
		mock_rig_close(&r);
		printf(" %10llu %9llu", unmap, map);
		fflush(stdout);
	}
	printf("\n");
}

int main(int argc, char **argv)
{
	bool sizes = argc == 1 || !strcmp(argv[1], "sizes");
	bool runs = argc == 1 || !strcmp(argv[1], "runs");
	u64 size, run;

	if (argc > 2 || (!sizes && !runs)) {
		fprintf(stderr, "usage: iommu_cost [sizes | runs]\n");
		return 2;
	}
	FAIL_UNLESS(iommufd_mock_available(), "no mock device (CONFIG_IOMMUFD_TEST)");
	if (sizes)
		print_head("pages");
	for (size = PAGE_SIZE; sizes && size <= MAX_SIZE; size *= 8)
		measure_size(size);
	if (runs)
		print_head("run");
	for (run = 1; runs && run <= FRAGMENTED_SIZE / PAGE_SIZE; run *= 8)
		measure_run(run);
	return 0;
}
