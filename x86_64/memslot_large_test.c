// SPDX-License-Identifier: GPL-2.0
/*
 * Large mappings and the slot that they are in: the host's large page may reach beyond the
 * slot, or lie crooked to its guest addresses. The guest must not get at what is beside
 * the slot, which is memory of the VMM, nor at other pages than those of its addresses.
 * arch/x86/kvm/x86.c, kvm_alloc_memslot_metadata().
 */
#include <string.h>

#include "backing.h"
#include "gmem.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "page_pattern.h"
#include "stats.h"
#include "vcpu.h"
#include "vm.h"

#define HOST_SIZE	(2 * ARCH_LARGE_PAGE_SIZE)
#define HALF		(ARCH_LARGE_PAGE_SIZE / 2)
#define MIDDLE		(TEST_GPA + ARCH_LARGE_PAGE_SIZE)
#define OTHER_GPA	(TEST_GPA + 4 * ARCH_LARGE_PAGE_SIZE)
#define LARGE_PAGES	(ARCH_LARGE_PAGE_SIZE / PAGE_SIZE)
#define NR_CHECKED	4
#define GEN		1

FIXTURE(memslot_large)
{
	struct vm *vm;
	struct vcpu *vcpu;
	/* Two large pages, and a file as large. */
	char *hva;
	int gmem;
};

FIXTURE_SETUP(memslot_large)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	REQUIRE(backing_available(BACKING_HUGETLB, HOST_SIZE), "no free hugetlb pages");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->gmem = gmem_create(self->vm, HOST_SIZE, 0);
	self->hva = backing_map(BACKING_HUGETLB, HOST_SIZE);
	memset(self->hva, 0x77, HOST_SIZE);
}

FIXTURE_TEARDOWN(memslot_large)
{
	vm_free(self->vm);
}

static void add_slot(FIXTURE_DATA(memslot_large) *self, u64 gpa, u64 size, u64 offset)
{
	memslot_add_hva(self->vm, gpa, size, self->hva + offset, self->gmem, 0);
}

/* How many large pages come by an access to @gpa, which finds what is in the hva. */
#define EXPECT_LARGE_BY_TOUCHING(nr, gpa)						\
	do {										\
		u64 __before = kvm_stat_get(self->vm->fd, "pages_2m");			\
											\
		vcpu_call(self->vcpu, guest_read_u64, gpa);				\
		EXPECT_GUEST_RETURNED(0x7777777777777777ULL, vcpu_run(self->vcpu));	\
		EXPECT_EQ(__before + (nr), kvm_stat_get(self->vm->fd, "pages_2m"));	\
	} while (0)

/*
 * No slot is there: a private page is missing, a shared one is MMIO. In that order, since
 * what KVM once cached as MMIO stays that (BUG-3).
 */
#define EXPECT_NO_MEMORY(at)							\
	do {									\
		struct vm_exit __exit;						\
										\
		mem_attrs_set_private(self->vm, at, PAGE_SIZE);			\
		vcpu_call(self->vcpu, guest_read_u64, at);			\
		EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), at, PAGE_SIZE,	\
				    KVM_MEMORY_EXIT_FLAG_PRIVATE);		\
		mem_attrs_set_shared(self->vm, at, PAGE_SIZE);			\
		vcpu_call(self->vcpu, guest_read_u64, at);			\
		__exit = vcpu_run(self->vcpu);					\
		EXPECT_EXIT(0, KVM_EXIT_MMIO, __exit);				\
		EXPECT_EQ(at, __exit.mmio.gpa);					\
	} while (0)

/*
 * ATTR-7, EXIT-4: a slot that begins within a large page: its part of that is mapped small,
 * and nothing is before the slot. Red: mutant slot-large-before.
 */
TEST_F(memslot_large, large_page_does_not_begin_before_its_slot)
{
	add_slot(self, TEST_GPA + HALF, HOST_SIZE - HALF, HALF);
	EXPECT_LARGE_BY_TOUCHING(0, TEST_GPA + HALF);
	EXPECT_NO_MEMORY(TEST_GPA + HALF - PAGE_SIZE);
	EXPECT_NO_MEMORY(TEST_GPA);
	EXPECT_LARGE_BY_TOUCHING(1, MIDDLE);
}

/*
 * ATTR-7, EXIT-4: and one that ends within a large page. Red: mutant slot-large-behind.
 */
TEST_F(memslot_large, large_page_does_not_end_behind_its_slot)
{
	add_slot(self, TEST_GPA, HOST_SIZE - HALF, 0);
	EXPECT_LARGE_BY_TOUCHING(0, MIDDLE);
	EXPECT_NO_MEMORY(MIDDLE + HALF);
	EXPECT_NO_MEMORY(MIDDLE + ARCH_LARGE_PAGE_SIZE - PAGE_SIZE);
	EXPECT_LARGE_BY_TOUCHING(1, TEST_GPA);
}

/*
 * ATTR-7: no large page of the host is one of the guest where the slot is a page off; the
 * same memory is in a slot that is not. Red: mutant slot-large-crooked (as one large
 * page, each guest page would be the one before).
 */
TEST_F(memslot_large, crooked_slot_is_mapped_small)
{
	const u64 pages[] = { 0, LARGE_PAGES / 2, LARGE_PAGES - NR_CHECKED };
	char *hva = self->hva + PAGE_SIZE;
	size_t i;
	u64 page;

	add_slot(self, TEST_GPA, ARCH_LARGE_PAGE_SIZE, PAGE_SIZE);
	EXPECT_LARGE_BY_TOUCHING(0, TEST_GPA);
	for (page = 0; page < LARGE_PAGES; page++)
		page_pattern_fill(hva + page * PAGE_SIZE, PAGE_SHARED,
				  (TEST_GPA >> PAGE_SHIFT) + page, GEN);
	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		vcpu_call(self->vcpu, guest_check_pages, TEST_GPA + pages[i] * PAGE_SIZE,
			  NR_CHECKED, PAGE_SHARED, GEN);
		EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	}
	memslot_add_hva(self->vm, OTHER_GPA, ARCH_LARGE_PAGE_SIZE, self->hva, -1, 0);
	EXPECT_LARGE_BY_TOUCHING(1, OTHER_GPA);
}

GMEM_TEST_MAIN
