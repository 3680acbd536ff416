// SPDX-License-Identifier: GPL-2.0
/*
 * Which page of the file a guest page is. Slots of one file lie in guest memory
 * in one order, in the file in another, were bound in a third, and the file
 * begins with pages that no slot has: a gfn, an offset in the slot and an offset
 * in the file are never the same number.
 */
#include <unistd.h>

#include "arch.h"
#include "gmem.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "page_pattern.h"
#include "vcpu.h"
#include "vm.h"

#define UNBOUND_PAGES	3		/* at the start of the file */
#define LINEAR_GPA	(TEST_GPA + SZ_4M)
#define MAX_SLOTS	16
#define GEN		7

FIXTURE(memslot_offset) {
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slots[MAX_SLOTS];
	u64 nr_pages;		/* in slots */
	int gmem;
};

FIXTURE_VARIANT(memslot_offset) {
	bool private_type;
	u64 nr_slots;
	u64 slot_pages;
};

/* An even number of pages: mirrored in its slot, a page changes its parity. */
#define VARIANT(name, type, slots, pages)		\
	FIXTURE_VARIANT_ADD(memslot_offset, name)	\
	{						\
		.private_type = type,			\
		.nr_slots = slots,			\
		.slot_pages = pages,			\
	}

VARIANT(private_vm_one_slot, true, 1, 6);
VARIANT(private_vm_two_slots, true, 2, 4);
VARIANT(private_vm_many_slots, true, MAX_SLOTS, 2);
VARIANT(default_vm_two_slots, false, 2, 4);
VARIANT(default_vm_many_slots, false, MAX_SLOTS, 1);

/* Where slot @i of @nr_slots is in the file, in slots. Guest and host. */
static u64 place_in_file(u64 i, u64 nr_slots)
{
	return (7 * i + 3) % nr_slots;
}

static u64 file_page(u64 slot, u64 page, u64 nr_slots, u64 slot_pages)
{
	return UNBOUND_PAGES + place_in_file(slot, nr_slots) * slot_pages + page;
}

static u64 guest_page_gpa(u64 slot, u64 page, u64 slot_pages)
{
	return TEST_GPA + (slot * slot_pages + page) * PAGE_SIZE;
}

FIXTURE_SETUP(memslot_offset)
{
	const u64 mappable = GUEST_MEMFD_FLAG_MMAP | GUEST_MEMFD_FLAG_INIT_SHARED;
	long type = variant->private_type ? vm_private_type() : VM_TYPE_DEFAULT;
	u64 i, size = variant->slot_pages * PAGE_SIZE;

	REQUIRE_KVM_OF_THE_TREE();
	REQUIRE(type >= 0, "no VM type with private memory");
	self->vm = vm_create(type);
	self->vcpu = vcpu_create(self->vm);
	if (!variant->private_type)
		REQUIRE((gmem_supported_flags(self->vm) & mappable) == mappable,
			"guest_memfd cannot be all of a VM's memory before 6.18");

	self->nr_pages = variant->nr_slots * variant->slot_pages;
	self->gmem = gmem_create(self->vm, (UNBOUND_PAGES + self->nr_pages) * PAGE_SIZE,
				 variant->private_type ? 0 : mappable);
	for (i = variant->nr_slots; i-- > 0; )
		self->slots[i] = memslot_add_gmem(self->vm, TEST_GPA + i * size, size, self->gmem,
						  file_page(i, 0, variant->nr_slots,
							    variant->slot_pages) * PAGE_SIZE);
	if (variant->private_type)
		mem_attrs_set_private(self->vm, TEST_GPA, self->nr_pages * PAGE_SIZE);
}

FIXTURE_TEARDOWN(memslot_offset)
{
	vm_free(self->vm);
}

/* The file is mapped in its own order at LINEAR_GPA: each page is of its slot. */
static void guest_check_file_order(u64 nr_slots, u64 slot_pages)
{
	struct page_mismatch why;
	u64 slot, page, at, gpa;

	for (slot = 0; slot < nr_slots; slot++) {
		for (page = 0; page < slot_pages; page++) {
			at = file_page(slot, page, nr_slots, slot_pages);
			gpa = guest_page_gpa(slot, page, slot_pages);
			if (page_pattern_check((void *)(LINEAR_GPA + at * PAGE_SIZE), PAGE_PRIVATE,
					       gpa >> PAGE_SHIFT, GEN, &why))
				continue;
			guest_assert_failed(__FILE__, __LINE__,
					    "file page %llu, of gpa %#llx: word %#llx, not %#llx",
					    at, gpa, why.found, why.expected);
		}
	}
	guest_check_zero(LINEAR_GPA, UNBOUND_PAGES);
}

/* Every other page of the file is a hole. */
static void guest_check_holes(u64 nr_slots, u64 slot_pages, u64 hole_parity)
{
	u64 slot, page, gpa;

	for (slot = 0; slot < nr_slots; slot++) {
		for (page = 0; page < slot_pages; page++) {
			gpa = guest_page_gpa(slot, page, slot_pages);
			if (file_page(slot, page, nr_slots, slot_pages) % 2 == hole_parity)
				guest_check_zero(gpa, 1);
			else
				guest_check_pages(gpa, 1, PAGE_PRIVATE, GEN);
		}
	}
}

/* The same seen by the host, in its own mapping of the file. */
static void expect_host_sees_file_order(struct __test_metadata *_metadata,
					FIXTURE_DATA(memslot_offset) * self,
					const FIXTURE_VARIANT(memslot_offset) * variant)
{
	u64 slot, page, gfn, offset, slot_pages = variant->slot_pages;
	char *file = gmem_mmap(self->gmem, 0, (UNBOUND_PAGES + self->nr_pages) * PAGE_SIZE);
	struct page_mismatch why;

	for (slot = 0; slot < variant->nr_slots; slot++) {
		for (page = 0; page < slot_pages; page++) {
			gfn = guest_page_gpa(slot, page, slot_pages) >> PAGE_SHIFT;
			offset = file_page(slot, page, variant->nr_slots, slot_pages) * PAGE_SIZE;
			EXPECT_TRUE(page_pattern_check(file + offset, PAGE_PRIVATE, gfn, GEN,
						       &why)) {
				TH_LOG("gfn %#llx, offset %#llx: word %#llx, not %#llx", gfn,
				       offset, why.found, why.expected);
			}
		}
	}
}

/*
 * BIND-5: what the guest writes through its slots is found at their offsets when
 * the file is bound again as a whole, and where the host can map the file, there.
 * (Private memory's index was once computed from the gfn alone.)
 * Red: mutant bind-index-no-pgoff, mutant bind-index-gfn (both: EIO), mutant
 * bind-index-reversed (wrong page).
 */
TEST_F(memslot_offset, guest_page_is_its_own_file_page)
{
	u64 i, file_size = (UNBOUND_PAGES + self->nr_pages) * PAGE_SIZE;

	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, self->nr_pages, PAGE_PRIVATE, GEN);
	vcpu_call_done(self->vcpu, guest_check_pages, TEST_GPA, self->nr_pages, PAGE_PRIVATE, GEN);

	if (!variant->private_type)
		expect_host_sees_file_order(_metadata, self, variant);
	for (i = 0; i < variant->nr_slots; i++)
		memslot_delete(self->slots[i]);
	memslot_add_gmem(self->vm, LINEAR_GPA, file_size, self->gmem, 0);
	if (variant->private_type)
		mem_attrs_set_private(self->vm, LINEAR_GPA, file_size);
	vcpu_call(self->vcpu, guest_check_file_order, variant->nr_slots, variant->slot_pages);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

/*
 * BIND-5, FALLOC-5: a hole in the file is a hole in the guest page that maps it,
 * and in no other. The guest has all pages mapped when they are punched.
 * Red: mutant bind-punch-other-gfn (the zapped gfn), mutant bind-index-reversed.
 */
TEST_F(memslot_offset, hole_is_in_the_guest_page_of_the_file_page)
{
	u64 page, parity;

	for (parity = 0; parity < 2; parity++) {
		vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, self->nr_pages,
			       PAGE_PRIVATE, GEN);
		for (page = parity; page < UNBOUND_PAGES + self->nr_pages; page += 2)
			gmem_punch_hole(self->gmem, page * PAGE_SIZE, PAGE_SIZE);
		vcpu_call(self->vcpu, guest_check_holes, variant->nr_slots, variant->slot_pages,
			  parity);
		EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	}
}

GMEM_TEST_MAIN
