// SPDX-License-Identifier: GPL-2.0
/*
 * Conversion inside of a 1G mapping of the shared side: the levels below and above
 * 2M are computed by different code, each from the one below it. See
 * conversion_large_test for 2M. arch/x86/kvm/mmu/mmu.c, hugepage_has_attrs().
 */
#include <linux/mman.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gmem.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "page_pattern.h"
#include "stats.h"
#include "vcpu.h"
#include "vm.h"

#define GPA		TEST_GPA	/* a multiple of 1G */
#define LAST_2M		(GPA + SZ_1G - SZ_2M)
/* Where the data are looked at: both ends, and around what is converted. */
#define MIDDLE		(GPA + 17 * SZ_2M)

_Static_assert(TEST_GPA % SZ_1G == 0, "a slot that can be mapped with 1G");

FIXTURE(huge)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
	char *hva;
	int gmem;
	u64 base_1g, base_2m;
};

static const u64 samples[] = {
	GPA, GPA + PAGE_SIZE, MIDDLE - PAGE_SIZE, MIDDLE, MIDDLE + PAGE_SIZE,
	MIDDLE + SZ_2M - PAGE_SIZE, MIDDLE + SZ_2M, LAST_2M, GPA + SZ_1G - PAGE_SIZE,
};

static bool has_1g_page(void)
{
	unsigned int nr = 0;
	FILE *f = fopen("/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "re");

	if (f) {
		if (fscanf(f, "%u", &nr) != 1)
			nr = 0;
		fclose(f);
	}
	return nr;
}

/*
 * That hugetlb has pages of 1G says that the host's page tables can map them, and so do
 * nested ones, which are of the same form. Extended ones have a bit of their own.
 */
static bool guest_can_have_1g(void)
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	bool is_intel = false, has_bit = false;
	char line[8192];

	while (f && !is_intel && fgets(line, sizeof(line), f)) {
		is_intel = !strncmp(line, "vmx flags", strlen("vmx flags"));
		has_bit = is_intel && strstr(line, " ept_1gb");
	}
	if (f)
		fclose(f);
	return !is_intel || has_bit;
}

static s64 mapped_1g(const FIXTURE_DATA(huge) *self)
{
	return kvm_stat_get(self->vm->fd, "pages_1g") - self->base_1g;
}

static s64 mapped_2m(const FIXTURE_DATA(huge) *self)
{
	return kvm_stat_get(self->vm->fd, "pages_2m") - self->base_2m;
}

static void touch(FIXTURE_DATA(huge) *self, u64 gpa)
{
	vcpu_call_done(self->vcpu, guest_touch_pages, gpa, 1);
}

/* Every sample is shared and has what the host put there. */
static void check_samples(FIXTURE_DATA(huge) *self)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(samples); i++)
		vcpu_call_done(self->vcpu, guest_check_pages, samples[i], 1, PAGE_SHARED, 1);
}

FIXTURE_SETUP(huge)
{
	size_t i;

	self->gmem = -1;
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	REQUIRE(has_1g_page(), "no free hugetlb page of 1G");
	REQUIRE(guest_can_have_1g(), "this CPU's extended paging cannot map 1G");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->gmem = gmem_create(self->vm, SZ_1G, 0);
	self->hva = mmap(NULL, SZ_1G, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_1GB, -1, 0);
	ASSERT_NE(MAP_FAILED, self->hva);
	self->slot = memslot_add_hva(self->vm, GPA, SZ_1G, self->hva, self->gmem, 0);
	for (i = 0; i < ARRAY_SIZE(samples); i++)
		page_pattern_fill(memslot_hva(self->slot, samples[i]), PAGE_SHARED,
				  samples[i] >> PAGE_SHIFT, 1);
	self->base_1g = kvm_stat_get(self->vm->fd, "pages_1g");
	touch(self, GPA);
	self->base_2m = kvm_stat_get(self->vm->fd, "pages_2m");
	ASSERT_EQ(1, mapped_1g(self));
}

FIXTURE_TEARDOWN(huge)
{
	vm_free(self->vm);
	if (self->hva && self->hva != MAP_FAILED)
		munmap(self->hva, SZ_1G);
	if (self->gmem >= 0)
		close(self->gmem);
}

/* All is shared, and mapped with one leaf again. */
#define EXPECT_WHOLE()						\
	do {							\
		check_samples(self);				\
		EXPECT_EQ(1, mapped_1g(self));			\
		EXPECT_EQ(0, mapped_2m(self));			\
	} while (0)

/*
 * ATTR-7: one private page: its 2M are mapped small, the others large, and 1G comes
 * back with it. Needs: vm=huge1g, alone. Red: mutants attr-1g-never-mixed,
 * attr-1g-always-mixed.
 */
TEST_F(huge, one_private_page_splits_1g_and_its_2m)
{
	static const u64 pages[] = { GPA, MIDDLE + PAGE_SIZE, GPA + SZ_1G - PAGE_SIZE };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		mem_attrs_set_private(self->vm, pages[i], PAGE_SIZE);
		EXPECT_EQ(0, mapped_1g(self));
		vcpu_call_done(self->vcpu, guest_check_zero, pages[i], 1);
		touch(self, pages[i] ^ PAGE_SIZE);
		EXPECT_EQ(0, mapped_2m(self));
		touch(self, MIDDLE + SZ_2M);
		EXPECT_EQ(1, mapped_2m(self));
		EXPECT_EQ(0, mapped_1g(self));
		mem_attrs_set_shared(self->vm, pages[i], PAGE_SIZE);
		EXPECT_WHOLE();
	}
}

/*
 * ATTR-7: a private range that is 2M exactly is not mixed at 2M, and 1G is mixed all
 * the same. Needs: vm=huge1g, alone. Red: mutants attr-1g-never-mixed, attr-1g-asks-mixed-only.
 */
TEST_F(huge, private_2m_splits_1g)
{
	mem_attrs_set_private(self->vm, MIDDLE, SZ_2M);
	vcpu_call_done(self->vcpu, guest_check_zero, MIDDLE, 2);
	EXPECT_EQ(0, mapped_1g(self));
	touch(self, MIDDLE + SZ_2M);
	touch(self, MIDDLE - PAGE_SIZE);
	EXPECT_EQ(2, mapped_2m(self));
	mem_attrs_set_shared(self->vm, MIDDLE, SZ_2M);
	EXPECT_WHOLE();
}

/*
 * ATTR-7: all of it private and back in parts: 1G returns with the last of them.
 * Needs: vm=huge1g, alone. Red: mutant attr-1g-never-mixed.
 */
TEST_F(huge, mapping_of_1g_returns_with_the_last_private_part)
{
	mem_attrs_set_private(self->vm, GPA, SZ_1G);
	vcpu_call_done(self->vcpu, guest_check_zero, MIDDLE, 1);
	EXPECT_EQ(0, mapped_1g(self));
	mem_attrs_set_shared(self->vm, GPA, SZ_1G / 2);
	touch(self, GPA);
	EXPECT_EQ(0, mapped_1g(self));
	EXPECT_EQ(1, mapped_2m(self));
	mem_attrs_set_shared(self->vm, GPA + SZ_1G / 2, SZ_1G / 2 - PAGE_SIZE);
	touch(self, GPA);
	EXPECT_EQ(0, mapped_1g(self));
	mem_attrs_set_shared(self->vm, GPA + SZ_1G - PAGE_SIZE, PAGE_SIZE);
	EXPECT_WHOLE();
}

/*
 * ATTR-3, ATTR-7: the slot comes after the attributes. Needs: vm=huge1g, alone. Red: mutant
 * attr-new-slot-unmixed.
 */
TEST_F(huge, new_slot_over_a_private_page_is_not_mapped_with_1g)
{
	const u64 page = MIDDLE + SZ_2M - PAGE_SIZE;

	memslot_delete(self->slot);
	mem_attrs_set_private(self->vm, page, PAGE_SIZE);
	self->slot = memslot_add_hva(self->vm, GPA, SZ_1G, self->hva, self->gmem, 0);
	touch(self, GPA);
	EXPECT_EQ(0, mapped_1g(self));
	EXPECT_EQ(1, mapped_2m(self));
	vcpu_call_done(self->vcpu, guest_check_zero, page, 1);
	mem_attrs_set_shared(self->vm, page, PAGE_SIZE);
	EXPECT_WHOLE();
}

GMEM_TEST_MAIN
