// SPDX-License-Identifier: GPL-2.0
/*
 * The shared side of a slot with a guest_memfd is an address and no more: what is
 * mapped there, if anything, can change at any time and is nothing to the private
 * side. (Which addresses are refused: memslot_bind_test.)
 */
#include <sys/mman.h>

#include "gmem.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "page_pattern.h"
#include "stats.h"
#include "vcpu.h"
#include "vm.h"

#define NR_PAGES	4
#define HALF		(NR_PAGES / 2)
#define SLOT_SIZE	(NR_PAGES * PAGE_SIZE)
#define HALF_SIZE	(HALF * PAGE_SIZE)
#define SHARED_GPA	(TEST_GPA + HALF_SIZE)
#define GEN		4

FIXTURE(memslot_hva) {
	struct vm *vm;
	struct vcpu *vcpu;
	int gmem;
};

FIXTURE_SETUP(memslot_hva)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->gmem = gmem_create(self->vm, SLOT_SIZE, 0);
}

FIXTURE_TEARDOWN(memslot_hva)
{
	vm_free(self->vm);
}

/* Private pages from TEST_GPA on: as they are mapped now, and mapped anew. */
#define EXPECT_PRIVATE_DATA(nr_pages)						\
	do {									\
		u64 __nr = (nr_pages);						\
										\
		vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, __nr, PAGE_PRIVATE, GEN); \
		EXPECT_GUEST_DONE(vcpu_run(self->vcpu));			\
		mem_attrs_set_shared(self->vm, TEST_GPA, __nr * PAGE_SIZE);	\
		mem_attrs_set_private(self->vm, TEST_GPA, __nr * PAGE_SIZE);	\
		vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, __nr, PAGE_PRIVATE, GEN); \
		EXPECT_GUEST_DONE(vcpu_run(self->vcpu));			\
	} while (0)

static void fill_private(FIXTURE_DATA(memslot_hva) * self, u64 nr_pages)
{
	mem_attrs_set_private(self->vm, TEST_GPA, nr_pages * PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, nr_pages, PAGE_PRIVATE, GEN);
}

/*
 * BIND-11: discarding, protecting or unmapping all of the hva takes nothing from
 * the private side, and new memory in its place is the shared side from then on.
 * Red: mutant hva-unmap-truncates.
 */
TEST_F(memslot_hva, private_data_survive_the_loss_of_the_mapping)
{
	char *hva = backing_map(BACKING_ANON, SLOT_SIZE);

	memslot_add_hva(self->vm, TEST_GPA, SLOT_SIZE, hva, self->gmem, 0);
	fill_private(self, HALF);
	vcpu_call_done(self->vcpu, guest_fill_pages, SHARED_GPA, HALF, PAGE_SHARED, GEN);

	ASSERT_EQ(0, madvise(hva, SLOT_SIZE, MADV_DONTNEED));
	EXPECT_PRIVATE_DATA(HALF);
	vcpu_call(self->vcpu, guest_check_zero, SHARED_GPA, HALF);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));

	ASSERT_EQ(0, mprotect(hva, SLOT_SIZE, PROT_NONE));
	EXPECT_PRIVATE_DATA(HALF);
	ASSERT_EQ(0, munmap(hva, SLOT_SIZE));
	EXPECT_PRIVATE_DATA(HALF);

	ASSERT_EQ(hva, mmap(hva, SLOT_SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
	page_pattern_fill(hva + HALF_SIZE, PAGE_SHARED, SHARED_GPA >> PAGE_SHIFT, GEN + 1);
	vcpu_call(self->vcpu, guest_check_pages, SHARED_GPA, 1, PAGE_SHARED, GEN + 1);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	EXPECT_PRIVATE_DATA(HALF);
}

/*
 * BIND-11: a page that the host discards costs the guest a fault for that page, and for no
 * other: neither in the shared side, nor in private memory before it.
 * Red: mutants hva-no-zap, hva-zap-from-start.
 */
TEST_F(memslot_hva, discarding_a_page_costs_one_fault)
{
	char *hva = backing_map(BACKING_ANON, SLOT_SIZE);
	u64 page, nr_fixed;

	memslot_add_hva(self->vm, TEST_GPA, SLOT_SIZE, hva, self->gmem, 0);
	fill_private(self, 1);
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA + PAGE_SIZE, NR_PAGES - 1,
		       PAGE_SHARED, GEN);
	vcpu_call_done(self->vcpu, guest_touch_pages, TEST_GPA, NR_PAGES);
	for (page = NR_PAGES - 1; page > 0; page--) {
		ASSERT_EQ(0, madvise(hva + page * PAGE_SIZE, PAGE_SIZE, MADV_DONTNEED));
		nr_fixed = kvm_stat_get(self->vcpu->fd, "pf_fixed");
		vcpu_call_done(self->vcpu, guest_touch_pages, TEST_GPA, NR_PAGES);
		EXPECT_EQ(nr_fixed + 1, kvm_stat_get(self->vcpu->fd, "pf_fixed")) {
			TH_LOG("page %llu was discarded", page);
		}
	}
	vcpu_call(self->vcpu, guest_check_zero, TEST_GPA + PAGE_SIZE, NR_PAGES - 1);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	EXPECT_PRIVATE_DATA(1);
}

/*
 * BIND-11: nothing need be mapped when the slot is made, nor when it is used as
 * private memory; memory that comes later is found.
 * Red: mutant bind-hva-must-be-mapped.
 */
TEST_F(memslot_hva, hva_may_be_mapped_later)
{
	char *hva = backing_reserve(SLOT_SIZE);

	ASSERT_EQ(0, munmap(hva, SLOT_SIZE));
	memslot_add_hva(self->vm, TEST_GPA, SLOT_SIZE, hva, self->gmem, 0);
	fill_private(self, HALF);
	EXPECT_PRIVATE_DATA(HALF);

	ASSERT_EQ(hva, mmap(hva, SLOT_SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
	page_pattern_fill(hva + HALF_SIZE, PAGE_SHARED, SHARED_GPA >> PAGE_SHIFT, GEN);
	vcpu_call(self->vcpu, guest_check_pages, SHARED_GPA, 1, PAGE_SHARED, GEN);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	EXPECT_PRIVATE_DATA(HALF);
}

/*
 * BIND-11: not even the null pointer is refused, for a slot that is all private.
 * Red: mutant bind-hva-must-be-mapped.
 */
TEST_F(memslot_hva, all_private_slot_needs_no_address)
{
	memslot_add_hva(self->vm, TEST_GPA, SLOT_SIZE, NULL, self->gmem, 0);
	fill_private(self, NR_PAGES);
	EXPECT_PRIVATE_DATA(NR_PAGES);
}

/*
 * BIND-11: two slots may have the same hva; their private sides are two.
 * Red: mutants hva-shared-once, hva-unmap-truncates.
 */
TEST_F(memslot_hva, slots_can_have_one_shared_side)
{
	char *hva = backing_map(BACKING_ANON, HALF_SIZE);
	u64 second_gpa = TEST_GPA + HALF_SIZE;

	memslot_add_hva(self->vm, TEST_GPA, HALF_SIZE, hva, self->gmem, 0);
	memslot_add_hva(self->vm, second_gpa, HALF_SIZE, hva, self->gmem, HALF_SIZE);
	fill_private(self, NR_PAGES);
	EXPECT_PRIVATE_DATA(NR_PAGES);

	mem_attrs_set_shared(self->vm, TEST_GPA, SLOT_SIZE);
	vcpu_call_done(self->vcpu, guest_write_u64, TEST_GPA, 1);
	vcpu_call(self->vcpu, guest_read_u64, second_gpa);
	EXPECT_GUEST_RETURNED(1, vcpu_run(self->vcpu));
	mem_attrs_set_private(self->vm, TEST_GPA, SLOT_SIZE);
	EXPECT_PRIVATE_DATA(NR_PAGES);
}

GMEM_TEST_MAIN
