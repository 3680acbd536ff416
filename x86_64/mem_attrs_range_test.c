// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes belong to guest-physical addresses, not to slots: they can be set
 * before there is a slot, outlive it, and take no notice of where slots begin and
 * end. And since nothing reads them back: the places where they show.
 */
#include <unistd.h>

#include "gmem.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "oracle_guest.h"
#include "pre_fault.h"
#include "vcpu.h"
#include "vm.h"

/*
 * The range, in pages: slots of two pages with holes of two around them. Every page
 * has its place in the mapping and the file, also where there is no slot yet.
 */
#define NR_PAGES	14
#define SLOT_PAGES	2

static const u64 slot_pages[] = { 2, 6, 10 };
static const u64 hole_pages[] = { 0, 4, 8, 12 };

FIXTURE(range) {
	struct vm *vm;
	struct vcpu *vcpu;
	struct oracle *o;
	struct oracle_guest *og;
	char *hva;
	int gmem_fd;
};

FIXTURE_SETUP(range)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->o = oracle_create(TEST_GPA, NR_PAGES, false);
	self->og = oracle_guest_create(self->vm, self->o);
	self->hva = backing_map(BACKING_ANON, NR_PAGES * PAGE_SIZE);
	self->gmem_fd = gmem_create(self->vm, NR_PAGES * PAGE_SIZE, 0);
	oracle_fill(self->o, PAGE_SHARED, self->hva, 0, NR_PAGES);
}

FIXTURE_TEARDOWN(range)
{
	vm_free(self->vm);
	oracle_guest_free(self->og);
	oracle_free(self->o);
	close(self->gmem_fd);
	backing_unmap(BACKING_ANON, self->hva, NR_PAGES * PAGE_SIZE);
}

static struct memslot *add_slot(FIXTURE_DATA(range) *self, u64 page, u64 nr_pages)
{
	const u64 offset = page * PAGE_SIZE;

	return memslot_add_hva(self->vm, TEST_GPA + offset, nr_pages * PAGE_SIZE,
			       self->hva + offset, self->gmem_fd, offset);
}

static void add_slots(FIXTURE_DATA(range) *self)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(slot_pages); i++)
		add_slot(self, slot_pages[i], SLOT_PAGES);
}

static void set_attr(FIXTURE_DATA(range) *self, u64 page, u64 nr_pages, enum page_side attr)
{
	const u64 gpa = oracle_gpa(self->o, page);

	if (attr == PAGE_PRIVATE)
		mem_attrs_set_private(self->vm, gpa, nr_pages * PAGE_SIZE);
	else
		mem_attrs_set_shared(self->vm, gpa, nr_pages * PAGE_SIZE);
	oracle_set_attr(self->o, page, nr_pages, attr);
}

/* The first of the slots in which the guest sees something else than it must. */
static const char *slots_complaint(FIXTURE_DATA(range) *self)
{
	const char *why = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(slot_pages) && !why; i++)
		why = oracle_guest_compare(self->og, self->vcpu, slot_pages[i], SLOT_PAGES);
	return why;
}

#define EXPECT_SLOTS(self)	__EXPECT_NO_COMPLAINT(slots_complaint(self), 0)

/* ATTR-3: without any call everything is shared. Red: mutant attr-born-private. */
TEST_F(range, new_vm_is_all_shared)
{
	add_slot(self, 0, NR_PAGES);
	EXPECT_GUEST_SEES(self->og, self->vcpu, 0, NR_PAGES);
}

/*
 * ATTR-3: attributes set where there is no slot are obeyed when one is made there,
 * in part of it or all of it, and so is that they were taken back.
 * Red: mutant attr-slot-clears.
 */
TEST_F(range, attribute_set_before_the_slot_is_obeyed)
{
	set_attr(self, 1, 9, PAGE_PRIVATE);
	set_attr(self, 6, 1, PAGE_SHARED);
	add_slots(self);
	EXPECT_SLOTS(self);
	oracle_guest_fill(self->og, self->vcpu, slot_pages[1], SLOT_PAGES);
	EXPECT_SLOTS(self);
	EXPECT_SIDE_IS(self->o, PAGE_SHARED, self->hva, 0, NR_PAGES);
}

/*
 * ATTR-3: attributes outlive the slot, whose private bytes are found again by a new
 * one with the same part of the file; with another part the same pages are private
 * too. Red: mutant attr-slot-clears.
 */
TEST_F(range, attribute_survives_the_slot)
{
	struct memslot *slot = add_slot(self, 2, 2);
	const u64 gpa = slot->gpa;

	set_attr(self, 3, 1, PAGE_PRIVATE);
	oracle_guest_fill(self->og, self->vcpu, 2, 2);
	memslot_delete(slot);
	slot = add_slot(self, 2, 2);
	EXPECT_GUEST_SEES(self->og, self->vcpu, 2, 2);

	memslot_delete(slot);
	memslot_add_hva(self->vm, gpa, 2 * PAGE_SIZE, self->hva + 2 * PAGE_SIZE, self->gmem_fd,
			8 * PAGE_SIZE);
	oracle_discard(self->o, PAGE_PRIVATE, 3, 1);
	EXPECT_GUEST_SEES(self->og, self->vcpu, 2, 2);
}

/*
 * ATTR-3: a slot without private memory can be moved, and takes no attribute along:
 * the page that was private stays so and leaves a private fault where it was, the
 * slot is shared in its new place. Red: mutant attr-move-clears (the place).
 */
TEST_F(range, attribute_stays_when_the_slot_moves)
{
	struct memslot *slot = memslot_add(self->vm, TEST_GPA, PAGE_SIZE, 0);
	const u64 old = TEST_GPA, new = TEST_GPA + 4 * PAGE_SIZE;

	page_pattern_fill(slot->hva, PAGE_SHARED, new >> PAGE_SHIFT, 1);
	mem_attrs_set_private(self->vm, old, PAGE_SIZE);
	vcpu_call(self->vcpu, guest_read_u64, old);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), old, PAGE_SIZE, KVM_MEMORY_EXIT_FLAG_PRIVATE);

	ASSERT_OK(__memslot_set1(self->vm, slot->id, 0, new, PAGE_SIZE, slot->hva));
	slot->gpa = new;
	vcpu_call(self->vcpu, guest_read_u64, old);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), old, PAGE_SIZE, KVM_MEMORY_EXIT_FLAG_PRIVATE);
	vcpu_call(self->vcpu, guest_check_pages, new, 1, PAGE_SHARED, 1);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

/*
 * ATTR-3: one call may begin before the first slot, end behind the last and cover
 * the holes between. The guest's mappings go in every slot.
 * Red: mutants attr-first-slot-only, attr-no-zap.
 */
TEST_F(range, range_over_slots_and_holes_reaches_every_slot)
{
	add_slots(self);
	EXPECT_SLOTS(self);
	set_attr(self, 0, NR_PAGES, PAGE_PRIVATE);
	EXPECT_SLOTS(self);
	oracle_guest_fill(self->og, self->vcpu, slot_pages[2], SLOT_PAGES);
	set_attr(self, 3, 8, PAGE_SHARED);
	EXPECT_SLOTS(self);
	set_attr(self, 1, NR_PAGES - 1, PAGE_SHARED);
	EXPECT_SLOTS(self);
	EXPECT_SIDE_IS(self->o, PAGE_SHARED, self->hva, 0, NR_PAGES);
}

/*
 * ATTR-3: the holes have got the attribute as well, as slots show that fill them.
 * Red: mutant attr-skips-holes.
 */
TEST_F(range, holes_in_a_range_get_the_attribute)
{
	size_t i;

	add_slots(self);
	set_attr(self, 1, NR_PAGES - 2, PAGE_PRIVATE);
	set_attr(self, slot_pages[1], 3, PAGE_SHARED);
	for (i = 0; i < ARRAY_SIZE(hole_pages); i++)
		add_slot(self, hole_pages[i], SLOT_PAGES);
	EXPECT_GUEST_SEES(self->og, self->vcpu, 0, NR_PAGES);
	oracle_guest_fill(self->og, self->vcpu, 0, NR_PAGES);
	set_attr(self, 0, NR_PAGES, PAGE_SHARED);
	EXPECT_GUEST_SEES(self->og, self->vcpu, 0, NR_PAGES);
}

/*
 * ATTR-4: there is no call that reads attributes; the ioctl's number is used in one
 * direction only. A getter, once there is one, is to be tested against the oracle.
 * Red: mutant attr-getter.
 */
TEST_F(range, attributes_cannot_be_read_back)
{
	const unsigned int nr = _IOC_NR(KVM_SET_MEMORY_ATTRIBUTES);
	struct kvm_memory_attributes attrs = { .address = TEST_GPA, .size = PAGE_SIZE };
	u64 supported;

	EXPECT_ERRNO(ENOTTY, vm_ioctl(self->vm, _IOR(KVMIO, nr, struct kvm_memory_attributes),
				      &attrs));
	EXPECT_ERRNO(ENOTTY, vm_ioctl(self->vm, _IOWR(KVMIO, nr, struct kvm_memory_attributes),
				      &attrs));
	/* What a proposal had: the supported attributes, now a capability. */
	EXPECT_ERRNO(ENOTTY, vm_ioctl(self->vm, _IOR(KVMIO, nr, u64), &supported));
}

/*
 * ATTR-4: the attribute shows in what an access to a page without private memory
 * ends in: private, KVM_EXIT_MEMORY_FAULT with the PRIVATE flag; shared, the slot's
 * memory, or KVM_EXIT_MMIO if there is no slot. Red: mutants attr-no-zap (the slot),
 * attr-needs-slot (the hole).
 */
TEST_F(range, attribute_shows_in_the_exit)
{
	const u64 slot = TEST_GPA, hole = TEST_GPA + PAGE_SIZE;

	memslot_add(self->vm, slot, PAGE_SIZE, 0);
	vcpu_call(self->vcpu, guest_read_u64, slot);
	EXPECT_GUEST_RETURNED(0, vcpu_run(self->vcpu));

	ASSERT_OK(__mem_attrs_set(self->vm, slot, PAGE_SIZE, KVM_MEMORY_ATTRIBUTE_PRIVATE));
	EXPECT_OK(__mem_attrs_set(self->vm, hole, PAGE_SIZE, KVM_MEMORY_ATTRIBUTE_PRIVATE));
	vcpu_call(self->vcpu, guest_read_u64, slot);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), slot, PAGE_SIZE, KVM_MEMORY_EXIT_FLAG_PRIVATE);
	vcpu_call(self->vcpu, guest_read_u64, hole);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), hole, PAGE_SIZE, KVM_MEMORY_EXIT_FLAG_PRIVATE);

	mem_attrs_set_shared(self->vm, slot, 2 * PAGE_SIZE);
	vcpu_call(self->vcpu, guest_read_u64, slot);
	EXPECT_GUEST_RETURNED(0, vcpu_run(self->vcpu));
	vcpu_call(self->vcpu, guest_read_u64, hole);
	EXPECT_EXIT(0, KVM_EXIT_MMIO, vcpu_run(self->vcpu));
}

/*
 * ATTR-4: and in whether a slot without private memory can be pre-faulted, page by
 * page. Red: mutants attr-store-short, attr-store-beyond.
 */
TEST_F(range, attribute_shows_in_pre_fault)
{
	const u64 private_from = 3, private_to = 6;
	u64 page, gpa, size;
	int err;

	REQUIRE(vm_cap(self->vm, KVM_CAP_PRE_FAULT_MEMORY), "no KVM_PRE_FAULT_MEMORY");
	memslot_add(self->vm, TEST_GPA, NR_PAGES * PAGE_SIZE, 0);
	mem_attrs_set_private(self->vm, oracle_gpa(self->o, private_from),
			      (private_to - private_from) * PAGE_SIZE);
	for (page = 0; page < NR_PAGES; page++) {
		gpa = oracle_gpa(self->o, page);
		size = PAGE_SIZE;
		err = page >= private_from && page < private_to ? EFAULT : 0;
		EXPECT_ERRNO(err, __vcpu_pre_fault(self->vcpu, &gpa, &size));
	}
}

GMEM_TEST_MAIN
