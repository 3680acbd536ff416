// SPDX-License-Identifier: GPL-2.0
/*
 * What any slot's arguments must be, with a guest_memfd or without: whole pages, no
 * wrap-around, no more pages than a dirty bitmap can number.
 * Documentation/virt/kvm/api.rst, 4.35; kvm_set_memory_region().
 */
#include "gmem.h"
#include "harness.h"
#include "memslot.h"
#include "vm.h"

#define SLOT		3
#define NR_PAGES	4
#define SLOT_SIZE	(NR_PAGES * PAGE_SIZE)
/* KVM_MEM_MAX_NR_PAGES of the kernel is one page less. */
#define TOO_MANY_PAGES	BIT_ULL(31)

FIXTURE(memslot_args)
{
	struct vm *vm;
	void *hva;
	int gmem;
};

FIXTURE_VARIANT(memslot_args)
{
	bool private_type;
};

FIXTURE_VARIANT_ADD(memslot_args, default_vm) { .private_type = false };
FIXTURE_VARIANT_ADD(memslot_args, private_vm) { .private_type = true };

FIXTURE_SETUP(memslot_args)
{
	long type = variant->private_type ? vm_private_type() : VM_TYPE_DEFAULT;

	self->gmem = -1;
	REQUIRE(type >= 0, "no VM type with private memory");
	self->vm = vm_create_bare(type);
	self->hva = backing_map(BACKING_ANON, SLOT_SIZE);
	if (vm_cap(self->vm, KVM_CAP_GUEST_MEMFD))
		self->gmem = gmem_create(self->vm, SLOT_SIZE, 0);
}

FIXTURE_TEARDOWN(memslot_args)
{
	vm_free(self->vm);
}

static int delete(FIXTURE_DATA(memslot_args) * self)
{
	return __memslot_set1(self->vm, SLOT, 0, 0, 0, NULL);
}

/* Neither ioctl takes the range, with a file or without, and no slot comes of it. */
static void expect_refused(struct __test_metadata *_metadata,
			   FIXTURE_DATA(memslot_args) * self, u64 gpa, u64 size)
{
	EXPECT_ERRNO(EINVAL, __memslot_set1(self->vm, SLOT, 0, gpa, size, self->hva)) {
		TH_LOG("gpa %#llx, size %#llx, first ioctl", gpa, size);
	}
	EXPECT_ERRNO(EINVAL, __memslot_set2(self->vm, SLOT, 0, gpa, size, self->hva, -1, 0)) {
		TH_LOG("gpa %#llx, size %#llx", gpa, size);
	}
	if (self->gmem >= 0)
		EXPECT_ERRNO(EINVAL, __memslot_set2(self->vm, SLOT, KVM_MEM_GUEST_MEMFD, gpa, size,
						    self->hva, self->gmem, 0)) {
			TH_LOG("gpa %#llx, size %#llx, with guest_memfd", gpa, size);
		}
	EXPECT_ERRNO(EINVAL, delete(self));
}

/* BIND-15: the size is whole pages; it is not rounded. Red: mutant slot-size-rounded. */
TEST_F(memslot_args, size_that_is_not_whole_pages_is_refused)
{
	const u64 sizes[] = { 1, 8, PAGE_SIZE / 2, PAGE_SIZE - 1, PAGE_SIZE + 1,
			      SLOT_SIZE - 1, SLOT_SIZE - PAGE_SIZE + 512 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		expect_refused(_metadata, self, TEST_GPA, sizes[i]);
	EXPECT_OK(__memslot_set1(self->vm, SLOT, 0, TEST_GPA, SLOT_SIZE, self->hva));
	EXPECT_OK(delete(self));
}

/* BIND-15: and so is where it begins. Red: mutant slot-gpa-rounded. */
TEST_F(memslot_args, gpa_inside_of_a_page_is_refused)
{
	const u64 offsets[] = { 1, 8, 512, PAGE_SIZE / 2, PAGE_SIZE - 1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(offsets); i++)
		expect_refused(_metadata, self, TEST_GPA + offsets[i], SLOT_SIZE);
}

/*
 * BIND-15: the end of the range is a number, and not 0 either. The wrapped range
 * would be a good one for all later checks but for the guest's highest address.
 * Red: mutant slot-wrap-errno.
 */
TEST_F(memslot_args, range_past_the_end_of_numbers_is_refused)
{
	expect_refused(_metadata, self, -PAGE_SIZE, SLOT_SIZE);
	expect_refused(_metadata, self, -SLOT_SIZE, SLOT_SIZE);
	expect_refused(_metadata, self, -SLOT_SIZE + PAGE_SIZE, SLOT_SIZE);
}

/* BIND-15: addresses that no guest can have. Red: mutant slot-gpa-beyond. */
TEST_F(memslot_args, range_beyond_the_guests_addresses_is_refused)
{
	expect_refused(_metadata, self, BIT_ULL(58), SLOT_SIZE);
	expect_refused(_metadata, self, BIT_ULL(63) - SLOT_SIZE, SLOT_SIZE);
}

/*
 * BIND-15: the limit on pages is not a matter of how much memory there is: with
 * shadow paging, which has no lower limit of its own, a slot of that size would
 * take more memory for its reverse map than this machine has. From a low address on
 * userspace has that many; nothing need be there. Needs: vm=nonpt.
 * Red: mutant slot-any-size.
 */
TEST(too_many_pages_are_refused_for_their_number)
{
	struct vm *vm = vm_create_bare(VM_TYPE_DEFAULT);
	void *hva = (void *)SZ_1G;

	EXPECT_ERRNO(EINVAL, __memslot_set1(vm, SLOT, 0, TEST_GPA, TOO_MANY_PAGES * PAGE_SIZE, hva));
	EXPECT_ERRNO(EINVAL, __memslot_set1(vm, SLOT, 0, 0, 0, NULL));
	vm_free(vm);
}

/* BIND-15: there is nothing to delete where nothing is. Red: mutant slot-delete-none. */
TEST_F(memslot_args, deleting_what_is_not_there_is_refused)
{
	EXPECT_ERRNO(EINVAL, delete(self));
	EXPECT_OK(__memslot_set1(self->vm, SLOT, 0, TEST_GPA, SLOT_SIZE, self->hva));
	EXPECT_OK(delete(self));
	EXPECT_ERRNO(EINVAL, delete(self));
	EXPECT_ERRNO(EINVAL, __memslot_set2(self->vm, SLOT, 0, TEST_GPA, 0, self->hva, -1, 0));
}

GMEM_TEST_MAIN
