// SPDX-License-Identifier: GPL-2.0
/* What the VMM model's conversions free, for each kind of shared memory. */
#include <sys/mman.h>

#include "guest_mem.h"
#include "harness.h"
#include "page_pattern.h"
#include "vcpu.h"
#include "vm.h"
#include "vmm/ram_block.h"

#define SIZE		(2 * SZ_2M)
#define NR_PAGES	(SIZE / PAGE_SIZE)
#define NR_PER_LARGE	(SZ_2M / PAGE_SIZE)

FIXTURE(ram_block_free) {
	struct vm *vm;
	struct vcpu *vcpu;
	struct ram_block *block;
};

FIXTURE_VARIANT(ram_block_free) {
	enum backing_kind kind;
};

FIXTURE_VARIANT_ADD(ram_block_free, anon) { .kind = BACKING_ANON };
FIXTURE_VARIANT_ADD(ram_block_free, thp) { .kind = BACKING_THP };
FIXTURE_VARIANT_ADD(ram_block_free, memfd) { .kind = BACKING_MEMFD };
FIXTURE_VARIANT_ADD(ram_block_free, hugetlb) { .kind = BACKING_HUGETLB };

FIXTURE_SETUP(ram_block_free)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	REQUIRE(backing_available(variant->kind, SIZE), "no such shared memory here");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->block = ram_block_create(self->vm, "ram", TEST_GPA, SIZE, variant->kind, 0);
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, 1);
	/*
	 * The large pages are there. khugepaged would make the next one of what is left
	 * of them, and with it give back the pages that were freed.
	 */
	if (variant->kind == BACKING_THP)
		ASSERT_EQ(0, madvise(ram_block_hva(self->block, TEST_GPA), SIZE, MADV_NOHUGEPAGE));
}

FIXTURE_TEARDOWN(ram_block_free)
{
	vm_free(self->vm);
	ram_block_free(self->block);
}

static void convert(FIXTURE_DATA(ram_block_free) *self, u64 page, u64 nr_pages, bool private)
{
	ram_block_convert(self->block, TEST_GPA + page * PAGE_SIZE, nr_pages * PAGE_SIZE, private);
}

static u64 nr_shared(FIXTURE_DATA(ram_block_free) *self)
{
	return ram_block_count_shared(self->block, TEST_GPA, SIZE);
}

static u64 nr_private(FIXTURE_DATA(ram_block_free) *self)
{
	return ram_block_count_private(self->block, TEST_GPA, SIZE);
}

/*
 * ATTR-6, FALLOC-4: each page that is left on one side is memory that is given back,
 * to the page; hugetlb gives back a large page when its last small one has gone.
 * Red: library's mutants no-free-shared, no-free-private, hugetlb-frees-early.
 */
TEST_F(ram_block_free, conversion_frees_the_side_that_is_left)
{
	bool hugetlb = variant->kind == BACKING_HUGETLB;
	u64 page;

	EXPECT_EQ(NR_PAGES, nr_shared(self));
	/* All but one of the first large page, in two pieces. */
	convert(self, 0, 7, true);
	convert(self, 8, NR_PER_LARGE - 8, true);
	EXPECT_EQ(hugetlb ? NR_PAGES : NR_PAGES - NR_PER_LARGE + 1, nr_shared(self));
	vcpu_call_done(self->vcpu, guest_check_pages, TEST_GPA + 7 * PAGE_SIZE, 1, PAGE_SHARED, 1);
	/* The last one, with some that have gone and the first one of the other. */
	convert(self, 3, NR_PER_LARGE - 2, true);
	EXPECT_EQ(hugetlb ? NR_PER_LARGE : NR_PER_LARGE - 1, nr_shared(self));
	vcpu_call_done(self->vcpu, guest_check_pages, TEST_GPA + SZ_2M + PAGE_SIZE,
		       NR_PER_LARGE - 1, PAGE_SHARED, 1);

	EXPECT_EQ(0, nr_private(self));
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PER_LARGE + 1, PAGE_PRIVATE, 2);
	EXPECT_EQ(NR_PER_LARGE + 1, nr_private(self));
	for (page = 0; page < NR_PER_LARGE; page += 2)
		convert(self, page, 1, false);
	EXPECT_EQ(NR_PER_LARGE / 2 + 1, nr_private(self));
	for (page = 0; page < NR_PER_LARGE; page += 2) {
		vcpu_call_done(self->vcpu, guest_check_zero, TEST_GPA + page * PAGE_SIZE, 1);
		vcpu_call_done(self->vcpu, guest_check_pages, TEST_GPA + (page + 1) * PAGE_SIZE, 1,
			       PAGE_PRIVATE, 2);
	}
	convert(self, 0, NR_PAGES, false);
	EXPECT_EQ(0, nr_private(self));
}

GMEM_TEST_MAIN
