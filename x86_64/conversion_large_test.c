// SPDX-License-Identifier: GPL-2.0
/*
 * Large pages under conversion. The shared side can be mapped to the guest with 2M
 * leaves; a private page inside of one allows only 4K leaves there, and when the
 * last one is shared again, 2M must come back. The statistics of the VM say how
 * much is mapped with which size, the oracle that the bytes are right.
 */
#include <stdio.h>
#include <string.h>

#include "checked_mem.h"
#include "disposable.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "stats.h"
#include "vcpu.h"
#include "vm.h"

#define LARGE		(ARCH_LARGE_PAGE_SIZE / PAGE_SIZE)	/* in base pages */
#define NR_LARGE	2
#define NR_PAGES	(NR_LARGE * LARGE)

FIXTURE(large) {
	struct vm *vm;
	struct vcpu *vcpu;
	struct checked_mem *m;
	/* pages_2m and pages_4k while all of the range is mapped large. */
	u64 base_2m, base_4k;
};

FIXTURE_VARIANT(large) {
	enum backing_kind kind;
};

FIXTURE_VARIANT_ADD(large, thp) { .kind = BACKING_THP };
FIXTURE_VARIANT_ADD(large, hugetlb) { .kind = BACKING_HUGETLB };

/* Whether the kernel has backed the whole mapping with large pages. */
static bool is_all_thp(const void *hva, u64 size)
{
	char line[256], head[32];
	unsigned long long kib;
	bool in_vma = false;
	FILE *f = fopen("/proc/self/smaps", "re");

	FAIL_UNLESS(f, "cannot open smaps");
	snprintf(head, sizeof(head), "%lx-", (unsigned long)hva);
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, head, strlen(head)))
			in_vma = true;
		if (in_vma && sscanf(line, "AnonHugePages: %llu", &kib) == 1)
			break;
		kib = 0;
	}
	fclose(f);
	return kib << 10 >= size;
}

/* Give the mapping its pages: false if they are not large ones. */
static bool populate(char *hva, u64 size, enum backing_kind kind)
{
	u64 offset;

	for (offset = 0; offset < size; offset += ARCH_LARGE_PAGE_SIZE)
		hva[offset] = 0;
	return kind != BACKING_THP || is_all_thp(hva, size);
}

static s64 mapped_2m(const FIXTURE_DATA(large) *self)
{
	return kvm_stat_get(self->vm->fd, "pages_2m") - self->base_2m;
}

static s64 mapped_4k(const FIXTURE_DATA(large) *self)
{
	return kvm_stat_get(self->vm->fd, "pages_4k") - self->base_4k;
}

/* The guest reads each page once, so that KVM maps what is not mapped. */
static void touch(FIXTURE_DATA(large) *self)
{
	vcpu_call_done(self->vcpu, guest_touch_pages, TEST_GPA, self->m->nr_pages);
}

/*
 * After each page was touched there are @split large pages less than in the
 * beginning, and all of their base pages instead.
 */
#define EXPECT_SPLIT(split)						\
	do {								\
		touch(self);						\
		EXPECT_EQ(-(s64)(split), mapped_2m(self));		\
		EXPECT_EQ((s64)((split) * LARGE), mapped_4k(self));	\
	} while (0)

static const char *part_complaint(FIXTURE_DATA(large) *self, u64 page, u64 nr_pages)
{
	const char *why = oracle_guest_compare(self->m->guest, self->vcpu, page, nr_pages);

	if (!why)
		why = oracle_complaint(self->m->oracle, PAGE_SHARED, self->m->hva, page, nr_pages);
	return why;
}

/* The bytes of a range and of two pages on either side. */
static const char *near_complaint(FIXTURE_DATA(large) *self, u64 page, u64 nr_pages)
{
	const u64 from = page < 2 ? 0 : page - 2;
	u64 to = page + nr_pages + 2;

	if (to > NR_PAGES)
		to = NR_PAGES;
	return part_complaint(self, from, to - from);
}

/* Pages from everywhere: comparing all of some megabytes would take too long. */
static const char *samples_complaint(FIXTURE_DATA(large) *self)
{
	const char *why = NULL;
	u64 page;

	for (page = 0; page < NR_PAGES && !why; page += 61)
		why = part_complaint(self, page, 1);
	return why;
}

#define EXPECT_NEAR(page, nr_pages) \
	__EXPECT_NO_COMPLAINT(near_complaint(self, page, nr_pages), 0)
#define EXPECT_SAMPLES(self) \
	__EXPECT_NO_COMPLAINT(samples_complaint(self), 0)

FIXTURE_SETUP(large)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	REQUIRE(backing_available(variant->kind, NR_PAGES * PAGE_SIZE),
		"no large pages of this kind");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->m = checked_mem_create(self->vm, TEST_GPA, NR_PAGES, 1, variant->kind);
	REQUIRE(populate(self->m->hva, NR_PAGES * PAGE_SIZE, variant->kind),
		"no large pages of this kind");
	/* What these need of slot 0 is mapped now, once and for all. */
	checked_mem_host_fill(self->m, 0, NR_PAGES);
	EXPECT_SAMPLES(self);
	touch(self);
	self->base_2m = kvm_stat_get(self->vm->fd, "pages_2m");
	self->base_4k = kvm_stat_get(self->vm->fd, "pages_4k");
}

FIXTURE_TEARDOWN(large)
{
	vm_free(self->vm);
	checked_mem_free(self->m);
}

/*
 * ATTR-7: what the other cases start from: without private pages the shared side is
 * mapped large, all of it. Red: mutant attr-mixed-from-start.
 */
TEST_F(large, shared_side_is_mapped_large)
{
	checked_mem_unmap(self->m);
	EXPECT_EQ(-NR_LARGE, mapped_2m(self));
	EXPECT_EQ(0, mapped_4k(self));
	EXPECT_SPLIT(0);
}

/*
 * ATTR-7: one private page, first, last or in the midst of a large page, leaves 4K
 * leaves around itself and the other large page as it is; shared again, 2M is back.
 * Red: mutants attr-never-mixed (2M again over the private page: the bytes are
 * wrong, too), attr-always-mixed (no 2M any more).
 */
TEST_F(large, one_private_page_splits_its_large_page_only)
{
	static const u64 pages[] = { 0, LARGE / 2, LARGE - 1, LARGE, NR_PAGES - 1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		checked_mem_set_private(self->m, pages[i], 1);
		EXPECT_EQ(-1, mapped_2m(self));
		EXPECT_SPLIT(1);
		EXPECT_NEAR(pages[i], 1);
		checked_mem_guest_fill(self->m, self->vcpu, pages[i], 1);
		EXPECT_NEAR(pages[i], 1);
		checked_mem_set_shared(self->m, pages[i], 1);
		EXPECT_SPLIT(0);
		EXPECT_NEAR(pages[i], 1);
	}
	EXPECT_SAMPLES(self);
}

/*
 * ATTR-7: a range of two pages that straddles a border splits both large pages; the
 * one whose page is shared again is mapped large again, alone.
 * Red: mutants attr-never-mixed, attr-tail-unmixed (the second stays large).
 */
TEST_F(large, straddling_range_splits_both_large_pages)
{
	checked_mem_set_private(self->m, LARGE - 1, 2);
	EXPECT_SPLIT(2);
	EXPECT_NEAR(LARGE - 1, 2);
	checked_mem_set_shared(self->m, LARGE - 1, 1);
	EXPECT_SPLIT(1);
	EXPECT_NEAR(LARGE - 1, 2);
	checked_mem_set_shared(self->m, LARGE - 1, 2);
	EXPECT_SPLIT(0);
	EXPECT_SAMPLES(self);
}

/*
 * ATTR-7: a range with a head in one large page that covers the other whole: the
 * private side is mapped with 4K leaves (7.3: guest_memfd has base pages only), and
 * the parts come back one by one.
 * Red: mutants attr-never-mixed, attr-always-mixed.
 */
TEST_F(large, head_and_whole_large_page_come_back_apart)
{
	checked_mem_set_private(self->m, LARGE - 1, LARGE + 1);
	EXPECT_SPLIT(2);
	EXPECT_NEAR(LARGE - 1, 2);
	EXPECT_NEAR(NR_PAGES - 2, 2);
	checked_mem_guest_fill(self->m, self->vcpu, NR_PAGES - 4, 4);
	checked_mem_set_shared(self->m, LARGE, LARGE);
	EXPECT_SPLIT(1);
	EXPECT_NEAR(LARGE - 1, 2);
	checked_mem_set_shared(self->m, LARGE - 1, 1);
	EXPECT_SPLIT(0);
	EXPECT_SAMPLES(self);
}

/*
 * ATTR-7: private memory is mapped with 4K leaves even where a whole large page is
 * private, and its neighbour's stays large (7.3; to be changed when guest_memfd gets
 * large pages). Red: mutant file-order-large.
 */
TEST_F(large, private_large_range_is_mapped_small)
{
	checked_mem_set_private(self->m, 0, LARGE);
	EXPECT_EQ(-1, mapped_2m(self));
	EXPECT_SPLIT(1);
	checked_mem_guest_fill(self->m, self->vcpu, LARGE - 4, 4);
	EXPECT_SPLIT(1);
	EXPECT_NEAR(LARGE - 4, 4);
	checked_mem_set_shared(self->m, 0, LARGE);
	EXPECT_SPLIT(0);
	EXPECT_SAMPLES(self);
}

/*
 * ATTR-7: 2M comes back with the last private page, not before.
 * Red: mutant attr-eager-unmix.
 */
TEST_F(large, large_page_returns_with_its_last_private_page)
{
	static const u64 pages[] = { 3, LARGE - 1, 0, 77 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pages); i++)
		checked_mem_set_private(self->m, pages[i], 1);
	EXPECT_SPLIT(1);
	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		EXPECT_SPLIT(1);
		checked_mem_set_shared(self->m, pages[i], 1);
	}
	EXPECT_SPLIT(0);
	EXPECT_SAMPLES(self);
}

/*
 * ATTR-3, ATTR-7: a slot that is added where attributes are mixed already is not
 * mapped large there, and is once they are not mixed any more.
 * Red: mutant attr-new-slot-unmixed.
 */
TEST_F(large, new_slot_over_mixed_attributes_is_split)
{
	checked_mem_set_private(self->m, LARGE + 5, 1);
	checked_mem_unmap(self->m);
	EXPECT_SPLIT(1);
	EXPECT_NEAR(LARGE + 5, 1);
	checked_mem_set_shared(self->m, LARGE + 5, 1);
	EXPECT_SPLIT(0);
	EXPECT_SAMPLES(self);
}

/*
 * ATTR-7: a slot that begins and ends inside of large pages: private pages in its
 * ends do not split the whole one between them, and a range over its first border
 * does. Red: mutant attr-always-mixed; attr-never-mixed.
 */
TEST_F(large, ends_of_an_unaligned_slot_do_not_split_its_middle)
{
	const u64 size = 3 * ARCH_LARGE_PAGE_SIZE, half = ARCH_LARGE_PAGE_SIZE / 2;
	const u64 gpa = TEST_GPA + 8 * ARCH_LARGE_PAGE_SIZE;
	const u64 middle = gpa + ARCH_LARGE_PAGE_SIZE;
	char *hva;

	REQUIRE(backing_available(variant->kind, size), "no large pages of this kind");
	hva = backing_map(variant->kind, size);
	REQUIRE(populate(hva, size, variant->kind), "no large pages of this kind");
	memslot_add_hva(self->vm, gpa + half, size - 2 * half, hva + half, -1, 0);

	mem_attrs_set_private(self->vm, gpa + half, half);
	mem_attrs_set_private(self->vm, middle + ARCH_LARGE_PAGE_SIZE + PAGE_SIZE, PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_touch_pages, middle, LARGE);
	EXPECT_EQ(1, mapped_2m(self));
	mem_attrs_set_private(self->vm, gpa + half, half + PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_touch_pages, middle + PAGE_SIZE, LARGE - 1);
	EXPECT_EQ(0, mapped_2m(self));
	mem_attrs_set_shared(self->vm, middle, PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_touch_pages, middle, LARGE);
	EXPECT_EQ(1, mapped_2m(self));
}

/*
 * ATTR-7: what KVM keeps of the large pages of a slot ends with the slot. Of 1024 of them
 * it fills a page of vmalloc(), and behind that is none: one more, read or written, is an
 * oops. The slot ends in the midst of what could be a 1G page, of which the rest is none of
 * its business; and a conversion that goes on past the slot is none there, either.
 * Red: mutants attr-lpage-overflow, attr-slot-end-unclipped (both an oops).
 */
TEST_F(large, what_is_kept_of_a_slot_ends_with_it)
{
	const u64 size = 1024 * ARCH_LARGE_PAGE_SIZE;
	const u64 gpa = 4 * SZ_1G + SZ_1G / 2, last = gpa + size - PAGE_SIZE;

	REQUIRE_DISPOSABLE_MACHINE();
	ASSERT_OK(__memslot_set2(self->vm, 77, 0, gpa, size, backing_reserve(size), -1, 0));
	mem_attrs_set_private(self->vm, last, PAGE_SIZE);
	mem_attrs_set_shared(self->vm, last, PAGE_SIZE);
	mem_attrs_set_private(self->vm, last, PAGE_SIZE + 2 * ARCH_LARGE_PAGE_SIZE);
	mem_attrs_set_shared(self->vm, last, PAGE_SIZE + 2 * ARCH_LARGE_PAGE_SIZE);
	EXPECT_SAMPLES(self);
}

GMEM_TEST_MAIN
