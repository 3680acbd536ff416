// SPDX-License-Identifier: GPL-2.0
/*
 * Conversions of a RAM block with a device while the kernel runs out of memory: at each
 * allocation in turn that any of a conversion's system calls makes.
 */
#include "disposable.h"
#include "fail_slab.h"
#include "guest_mem.h"
#include "harness.h"
#include "page_pattern.h"
#include "vcpu.h"
#include "vm.h"
#include "vmm/mock_rig.h"

#define NR_PAGES	8
#define SIZE		(NR_PAGES * PAGE_SIZE)
#define MAX_ALLOCATIONS	1000

FIXTURE(dma_nomem) {
	struct mock_rig rig;
	struct vcpu *vcpu;
	u64 gen;
};

FIXTURE_VARIANT(dma_nomem) {
	enum ioas_style style;
};

FIXTURE_VARIANT_ADD(dma_nomem, pagewise) { IOAS_PAGEWISE };
FIXTURE_VARIANT_ADD(dma_nomem, coalesced) { IOAS_COALESCED };
FIXTURE_VARIANT_ADD(dma_nomem, compat) { IOAS_COMPAT };

FIXTURE_SETUP(dma_nomem)
{
	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	REQUIRE(fail_slab_available(), "allocations cannot be made to fail (failslab, root)");
	REQUIRE(iommufd_mock_available(), "no mock device (CONFIG_IOMMUFD_TEST)");
	mock_rig_open(&self->rig, vm_create(vm_private_type()), TEST_GPA, SIZE, BACKING_ANON,
		      variant->style);
	self->vcpu = vcpu_create(self->rig.vm);
	iommufd_mock_fail_quietly();
	mock_rig_follow(&self->rig, 0, SIZE);
	fail_slab_open();
}

FIXTURE_TEARDOWN(dma_nomem)
{
	fail_slab_close();
	mock_rig_close(&self->rig);
}

static u64 gpa_of(u64 page)
{
	return TEST_GPA + page * PAGE_SIZE;
}

/* A run of one page and one of two. */
static bool starts_private(u64 page)
{
	return page == 0 || page == 2 || page == 3;
}

static void prepare(FIXTURE_DATA(dma_nomem) *self)
{
	struct ram_block *block = self->rig.block;
	u64 page;

	ram_block_convert(block, TEST_GPA, SIZE, true);
	ram_block_convert(block, TEST_GPA, SIZE, false);
	ram_block_convert(block, gpa_of(2), 2 * PAGE_SIZE, true);
	ram_block_convert(block, gpa_of(0), PAGE_SIZE, true);
	self->gen++;
	for (page = 0; page < NR_PAGES; page++)
		vcpu_call_done(self->vcpu, guest_fill_pages, gpa_of(page), 1,
			       starts_private(page), self->gen);
}

/* All is as prepare() left it: guest, discard manager, and the device's pages. */
static const char *change_complaint(FIXTURE_DATA(dma_nomem) *self)
{
	static char text[128];
	struct mock_rig *rig = &self->rig;
	u64 page, word[2];

	for (page = 0; page < NR_PAGES; page++) {
		bool private = starts_private(page);
		const char *hva = rig->block->hva + page * PAGE_SIZE;
		int access = __iommufd_mock_read(&rig->mock, gpa_of(page), word, sizeof(word));
		int map = private ? 0 : __iommufd_mock_check_map(&rig->mock, gpa_of(page), hva,
								 PAGE_SIZE);
		int pins = private ? 0 : __iommufd_mock_check_pins(&rig->ioas, hva, PAGE_SIZE, 1);

		vcpu_call_done(self->vcpu, guest_check_pages, gpa_of(page), 1, private, self->gen);
		if (access == (private ? -ENOENT : 0) && !map && !pins &&
		    ram_block_is_shared(rig->block, gpa_of(page)) == !private)
			continue;
		snprintf(text, sizeof(text),
			 "page %llu should be %s: it is %s, access %s, mapping %s, pins %s", page,
			 private ? "private" : "shared",
			 ram_block_is_shared(rig->block, gpa_of(page)) ? "shared" : "private",
			 errno_name(-access), errno_name(-map), errno_name(-pins));
		return text;
	}
	return NULL;
}

#define EXPECT_UNCHANGED(self) __EXPECT_NO_COMPLAINT(change_complaint(self), 0)

/*
 * Convert with one allocation after the other failing: how many conversions failed for
 * it. iommufd has points of failure of its own, for tests: not to find the address space
 * (ENOENT), and not to pin a page (EFAULT).
 */
static int sweep(FIXTURE_DATA(dma_nomem) *self, struct __test_metadata *_metadata,
		 u64 gpa, u64 size, bool private)
{
	struct ram_block *block = self->rig.block;
	struct fail_slab_sweep s = { 0 };
	int ret;

	while (fail_slab_next(&s) && s.nth < MAX_ALLOCATIONS) {
		prepare(self);
		ret = FAIL_SLAB_NTH(&s, __ram_block_convert(block, gpa, size, private));
		if (ret) {
			if (ret != -EFAULT && ret != -ENOENT)
				EXPECT_ERRNO(ENOMEM, ret);
			EXPECT_UNCHANGED(self);
			ret = __ram_block_convert(block, gpa, size, private);
		}
		EXPECT_OK(ret);
		EXPECT_EQ(private ? 0 : size / PAGE_SIZE,
			  ram_discard_count_populated(block->discard, (gpa - TEST_GPA) / PAGE_SIZE,
						      size / PAGE_SIZE));
	}
	EXPECT_LT(s.nth, MAX_ALLOCATIONS);
	return s.nr_failed;
}

/*
 * DMA-1, ATTR-8: a conversion that the kernel has no memory for changes nothing, for
 * the guest, the device, and the VMM's own book; it works when it is repeated.
 * Red: library's mutants coalesced-no-restore, earlier-runs-not-taken-back.
 */
TEST_F(dma_nomem, failed_conversion_to_private_is_rolled_back)
{
	EXPECT_GT(sweep(self, _metadata, gpa_of(1), 4 * PAGE_SIZE, true), 0);
	/* Whole mappings go without an allocation in type 1's interface. */
	if (variant->style != IOAS_COMPAT)
		EXPECT_GT(sweep(self, _metadata, TEST_GPA, SIZE, true), 0);
}

/*
 * DMA-1, ATTR-8: the same the other way, where the attributes come first and go back.
 * Red: library's mutants no-attrs-rollback, rollback-whole-range, pagewise-no-undo.
 */
TEST_F(dma_nomem, failed_conversion_to_shared_is_rolled_back)
{
	EXPECT_GT(sweep(self, _metadata, gpa_of(1), 4 * PAGE_SIZE, false), 0);
	EXPECT_GT(sweep(self, _metadata, TEST_GPA, SIZE, false), 0);
}

GMEM_TEST_MAIN
