// SPDX-License-Identifier: GPL-2.0
/*
 * A RAM block whose conversions an I/O address space follows, with a mock device that
 * tells what is mapped: is it, page by page, what the discard manager says?
 */
#include <sys/mman.h>

#include "fault_gate.h"
#include "gmem.h"
#include "harness.h"
#include "long_run.h"
#include "vcpu_thread.h"
#include "vm.h"
#include "vmm/mock_rig.h"

#define NR_PAGES	48
#define SIZE		(NR_PAGES * PAGE_SIZE)
/* For each of the four ways of mapping; brief, in a run that is not long. */
#define NR_CONVERSIONS	25000
#define NR_BRIEF	500

FIXTURE(dma_convert) {
	struct mock_rig rig;
};

FIXTURE_VARIANT(dma_convert) {
	enum ioas_style style;
	enum backing_kind kind;
};

FIXTURE_VARIANT_ADD(dma_convert, pagewise) { IOAS_PAGEWISE, BACKING_ANON };
FIXTURE_VARIANT_ADD(dma_convert, pagewise_memfd) { IOAS_PAGEWISE, BACKING_MEMFD };
FIXTURE_VARIANT_ADD(dma_convert, coalesced) { IOAS_COALESCED, BACKING_ANON };
FIXTURE_VARIANT_ADD(dma_convert, compat) { IOAS_COMPAT, BACKING_ANON };

FIXTURE_SETUP(dma_convert)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	REQUIRE(iommufd_mock_available(), "no mock device (CONFIG_IOMMUFD_TEST)");
	mock_rig_open(&self->rig, vm_create_bare(vm_private_type()), TEST_GPA, SIZE, variant->kind,
		      variant->style);
}

FIXTURE_TEARDOWN(dma_convert)
{
	mock_rig_close(&self->rig);
}

static u64 gpa_of(u64 page)
{
	return TEST_GPA + page * PAGE_SIZE;
}

static int convert(FIXTURE_DATA(dma_convert) *self, u64 page, u64 nr_pages, bool private)
{
	return __ram_block_convert(self->rig.block, gpa_of(page), nr_pages * PAGE_SIZE, private);
}

struct comparison {
	FIXTURE_DATA(dma_convert) *self;
	char why[160];
};

/* A shared run inside of the section: every page is the host's, and pinned once. */
static int compare_shared(void *arg, u64 page, u64 nr_pages)
{
	struct comparison *c = arg;
	const char *hva = c->self->rig.block->hva + page * PAGE_SIZE;
	u64 size = nr_pages * PAGE_SIZE;
	int map = __iommufd_mock_check_map(&c->self->rig.mock, gpa_of(page), hva, size);
	int pins = __iommufd_mock_check_pins(&c->self->rig.ioas, hva, size, 1);

	if (map || pins)
		snprintf(c->why, sizeof(c->why),
			 "shared pages [%llu, +%llu): expected their mapping, got %s, pins %s",
			 page, nr_pages, errno_name(-map), errno_name(-pins));
	return map | pins;
}

/* No page of a private run can be reached. */
static int compare_private(void *arg, u64 page, u64 nr_pages)
{
	struct comparison *c = arg;
	u64 word, end = page + nr_pages;
	int ret;

	for (; page < end; page++) {
		ret = __iommufd_mock_read(&c->self->rig.mock, gpa_of(page), &word, sizeof(word));
		if (ret == -ENOENT)
			continue;
		snprintf(c->why, sizeof(c->why), "page %llu: expected no access, got %s", page,
			 errno_name(-ret));
		return -1;
	}
	return 0;
}

/* NULL if what is mapped is what is populated; [page, +nr_pages) is the section. */
static const char *mapping_complaint(FIXTURE_DATA(dma_convert) *self, u64 page, u64 nr_pages)
{
	static struct comparison c;
	struct ram_discard *rd = self->rig.block->discard;

	c = (struct comparison){ .self = self };
	if (!ram_discard_replay(rd, page, nr_pages, true, compare_shared, &c))
		ram_discard_replay(rd, page, nr_pages, false, compare_private, &c);
	if (!c.why[0] && page)
		compare_private(&c, 0, page);
	if (!c.why[0])
		compare_private(&c, page + nr_pages, NR_PAGES - page - nr_pages);
	return c.why[0] ? c.why : NULL;
}

#define ASSERT_MAPPED_AS(self, page, nr_pages) \
	__EXPECT_NO_COMPLAINT(mapping_complaint(self, page, nr_pages), 1)

/*
 * DMA-1, DMA-5: after each of many conversions at random, of mixed ranges too, each
 * page that is shared is mapped to the host's page and pinned once, and no other
 * is mapped. Red: library's mutants pagewise-omits-last, unmap-omitted, wrong-hva,
 * coalesced-long-head, coalesced-forgets-tail.
 */
TEST_F(dma_convert, mappings_follow_every_conversion)
{
	const u64 nr = long_run(NR_CONVERSIONS, NR_BRIEF);
	struct rng rng;
	u64 i;

	rng_init(&rng, rng_seed(), variant->style);
	mock_rig_follow(&self->rig, 0, SIZE);
	for (i = 0; i < nr; i++) {
		u64 page = rng_below(&rng, NR_PAGES);
		u64 nr_pages = rng_range(&rng, 1, NR_PAGES - page);

		/* Short ones mostly: they make fragments. */
		if (rng_chance(&rng, 3, 4) && nr_pages > 4)
			nr_pages = rng_range(&rng, 1, 4);
		ASSERT_OK(convert(self, page, nr_pages, rng_chance(&rng, 1, 2)));
		ASSERT_MAPPED_AS(self, 0, NR_PAGES);
	}
}

/*
 * DMA-1: a device that comes late finds all that is shared, and no more; its section
 * may begin and end inside of converted ranges. Red: library's mutants wrong-section,
 * late-listener-forgotten.
 */
TEST_F(dma_convert, late_listener_maps_its_section)
{
	ASSERT_OK(convert(self, 3, 5, true));
	ASSERT_OK(convert(self, 20, 10, true));
	ASSERT_OK(convert(self, 22, 2, false));
	mock_rig_follow(&self->rig, 6 * PAGE_SIZE, 19 * PAGE_SIZE);
	ASSERT_MAPPED_AS(self, 6, 19);
	ASSERT_OK(convert(self, 0, 12, true));
	ASSERT_MAPPED_AS(self, 6, 19);
	ASSERT_OK(convert(self, 0, NR_PAGES, false));
	ASSERT_MAPPED_AS(self, 6, 19);
	ioas_listener_remove(&self->rig.listener);
	ASSERT_MAPPED_AS(self, 0, 0);
}

/*
 * DMA-1, DMA-2: the device sees what the CPU wrote to a page that was private
 * meanwhile: the order of the conversion leaves it no stale page.
 * Red: library's mutants unmap-omitted, coalesced-no-tail.
 */
TEST_F(dma_convert, device_sees_the_new_page_after_a_round_trip)
{
	char *hva = self->rig.block->hva;
	char bytes[8 * PAGE_SIZE];

	memset(hva, 0x11, sizeof(bytes));
	mock_rig_follow(&self->rig, 0, SIZE);
	ASSERT_OK(convert(self, 2, 4, true));
	ASSERT_OK(convert(self, 2, 4, false));
	EXPECT_FILLED(0, hva + 2 * PAGE_SIZE, 4 * PAGE_SIZE);
	memset(hva + 2 * PAGE_SIZE, 0x22, 4 * PAGE_SIZE);
	ASSERT_OK(__iommufd_mock_read(&self->rig.mock, gpa_of(0), bytes, sizeof(bytes)));
	EXPECT_FILLED(0x11, bytes, 2 * PAGE_SIZE);
	EXPECT_FILLED(0x22, bytes + 2 * PAGE_SIZE, 4 * PAGE_SIZE);
	EXPECT_FILLED(0x11, bytes + 6 * PAGE_SIZE, 2 * PAGE_SIZE);
}

/*
 * DMA-6: what a style costs in calls: by the page it maps, and in one it unmaps; by
 * the run it maps, and for a hole it unmaps once and maps what is left. Red: library's
 * mutants unmap-omitted, coalesced-no-tail.
 */
TEST_F(dma_convert, number_of_calls_is_that_of_the_style)
{
	bool pagewise = variant->style == IOAS_PAGEWISE;
	bool coalesced = variant->style == IOAS_COALESCED;
	u64 maps = pagewise ? NR_PAGES : 1;

	mock_rig_follow(&self->rig, 0, SIZE);
	EXPECT_EQ(maps, self->rig.ioas.nr_map_calls);
	ASSERT_OK(convert(self, 8, 8, true));
	maps += coalesced ? 2 : 0;
	EXPECT_EQ(maps, self->rig.ioas.nr_map_calls);
	EXPECT_EQ(1, self->rig.ioas.nr_unmap_calls);
	ASSERT_OK(convert(self, 8, 8, false));
	maps += pagewise ? 8 : 1;
	EXPECT_EQ(maps, self->rig.ioas.nr_map_calls);
	EXPECT_EQ(1, self->rig.ioas.nr_unmap_calls);
	/* Nothing changes, nothing is called. */
	ASSERT_OK(convert(self, 0, NR_PAGES, false));
	EXPECT_EQ(maps, self->rig.ioas.nr_map_calls);
}

static void *make_page_2_private(void *arg)
{
	MUST(convert(arg, 2, 1, true));
	return NULL;
}

/*
 * DMA-3: the price of mappings larger than what is converted. For one page that goes the
 * coalesced style unmaps its neighbours, too, and until they are mapped again a device
 * cannot reach them, although they stay shared. (The remapping is held up here, at a
 * page that it has to pin.) The other styles touch no neighbour. Red: with the styles
 * exchanged.
 */
TEST_F(dma_convert, coalesced_split_takes_neighbours_away_meanwhile)
{
	int advice = variant->kind == BACKING_MEMFD ? MADV_REMOVE : MADV_DONTNEED;
	int while_it_lasts = variant->style == IOAS_COALESCED ? ENOENT : 0;
	char *hva = self->rig.block->hva, byte;
	struct fault_gate gate;
	pthread_t thread;

	REQUIRE(fault_gate_available(), "the kernel's accesses cannot be held up (userfaultfd)");
	mock_rig_follow(&self->rig, 0, SIZE);
	ASSERT_EQ(0, madvise(hva, PAGE_SIZE, advice));
	fault_gate_close(&gate, hva);
	ASSERT_EQ(0, pthread_create(&thread, NULL, make_page_2_private, self));
	if (variant->style == IOAS_COALESCED)
		fault_gate_wait(&gate);
	else
		thread_join(thread, "the conversion");
	EXPECT_ERRNO(while_it_lasts, __iommufd_mock_read(&self->rig.mock, gpa_of(1), &byte, 1));
	EXPECT_ERRNO(ENOENT, __iommufd_mock_read(&self->rig.mock, gpa_of(2), &byte, 1));
	EXPECT_ERRNO(while_it_lasts, __iommufd_mock_read(&self->rig.mock, gpa_of(3), &byte, 1));
	EXPECT_ERRNO(while_it_lasts,
		     __iommufd_mock_read(&self->rig.mock, gpa_of(NR_PAGES - 1), &byte, 1));
	fault_gate_open(&gate);
	if (variant->style == IOAS_COALESCED)
		thread_join(thread, "the conversion");
	EXPECT_OK(__iommufd_mock_read(&self->rig.mock, gpa_of(1), &byte, 1));
	EXPECT_OK(__iommufd_mock_read(&self->rig.mock, gpa_of(3), &byte, 1));
}

/*
 * DMA-1, DMA-4: the kernel itself may refuse a conversion, here since the VM's type has
 * no private memory: then the device has its mapping back, of the pages of the
 * guest_memfd. Red: library's mutant no-undo.
 */
TEST(refusal_by_the_kernel_gives_the_mapping_back)
{
	struct vm *vm = vm_create_bare(VM_TYPE_DEFAULT);
	struct ioas_listener listener;
	struct iommufd_mock mock;
	struct ram_block *block;
	struct ioas ioas;

	REQUIRE(gmem_supported_flags(vm) & GUEST_MEMFD_FLAG_INIT_SHARED,
		"no shared guest_memfd (before 6.18)");
	REQUIRE(iommufd_mock_available(), "no mock device (CONFIG_IOMMUFD_TEST)");
	block = ram_block_create(vm, "ram", TEST_GPA, SIZE, BACKING_ANON, RAM_BLOCK_IN_PLACE);
	ioas_open(&ioas);
	iommufd_mock_attach(&mock, &ioas);
	ioas_listener_add(&listener, block, 0, SIZE, &ioas, IOAS_PAGEWISE);
	EXPECT_ERRNO(EINVAL, __ram_block_convert(block, gpa_of(3), 4 * PAGE_SIZE, true));
	EXPECT_OK(__iommufd_mock_check_map(&mock, TEST_GPA, block->hva, SIZE));
	EXPECT_OK(__iommufd_mock_check_pins(&ioas, block->hva, SIZE, 1));
	EXPECT_TRUE(ram_block_is_shared(block, gpa_of(3)));
	ioas_listener_remove(&listener);
	ioas_close(&ioas);
	vm_free(vm);
	ram_block_free(block);
}

GMEM_TEST_MAIN
