// SPDX-License-Identifier: GPL-2.0
/*
 * What KVM_SET_MEMORY_ATTRIBUTES accepts, and that a refused call changes nothing.
 *
 * The cases with a guest let it look after each refusal: half of a small range is
 * private, and any attribute that had changed would show as the other side's bytes,
 * at once or after the mappings are gone. At the end of a case all bytes are compared.
 */
#include "checked_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "refusal.h"
#include "vcpu.h"
#include "vm.h"

#define NR_PAGES	4
#define NR_PRIVATE	2	/* the first ones */

static int set_attrs(struct vm *vm, u64 gpa, u64 size, u64 attributes, u64 flags)
{
	struct kvm_memory_attributes attrs = {
		.address = gpa,
		.size = size,
		.attributes = attributes,
		.flags = flags,
	};

	return vm_ioctl(vm, KVM_SET_MEMORY_ATTRIBUTES, &attrs);
}

FIXTURE(args) {
	struct vm *vm;
	struct vcpu *vcpu;
	struct checked_mem *m;
	struct refusal_watch *watch;
	u64 gpa, size;
};

FIXTURE_SETUP(args)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->m = checked_mem_create(self->vm, TEST_GPA, NR_PAGES, 1, BACKING_ANON);
	self->gpa = TEST_GPA;
	self->size = NR_PAGES * PAGE_SIZE;
	checked_mem_set_private(self->m, 0, NR_PAGES);
	checked_mem_guest_fill(self->m, self->vcpu, 0, NR_PAGES);
	checked_mem_set_shared(self->m, NR_PRIVATE, NR_PAGES - NR_PRIVATE);
	checked_mem_host_fill(self->m, 0, NR_PAGES);
	self->watch = refusal_watch_create(self->vm, (struct refusal_scope){
		.fd = self->m->gmem_fd, .file_pages = NR_PAGES,
		.gpa = TEST_GPA, .guest_pages = NR_PAGES + 1, .vcpu = self->vcpu,
	});
}

FIXTURE_TEARDOWN(args)
{
	vm_free(self->vm);
	checked_mem_free(self->m);
	EXPECT_NOT_HELD(self->watch);
	refusal_watch_free(self->watch);
}

/*
 * An attribute that changed without a zap shows only when the guest's mappings are
 * gone, one that changed with a zap shows before.
 */
#define EXPECT_NOTHING_CHANGED(self)			\
	do {						\
		EXPECT_MEM((self)->m);			\
		checked_mem_unmap((self)->m);		\
		EXPECT_MEM((self)->m);			\
	} while (0)

/*
 * Both attributes, so that whichever page the range begins with, one of the two
 * would change something.
 */
#define EXPECT_BOTH_REFUSED(gpa, size, attrs, flags)						\
	do {											\
		EXPECT_REFUSED(self->watch, EINVAL,						\
			       set_attrs(self->vm, gpa, size, attrs, flags));			\
		EXPECT_REFUSED(self->watch, EINVAL,						\
			       set_attrs(self->vm, gpa, size,					\
					 (attrs) ^ KVM_MEMORY_ATTRIBUTE_PRIVATE, flags));	\
	} while (0)

/*
 * ATTR-1: the flags are reserved, each bit; either attribute would change half of the range.
 * Red: mutant attr-args-unchecked, mutant refused-attrs-stored.
 */
TEST_F(args, any_flag_is_refused)
{
	int bit;

	for (bit = 0; bit < 64; bit++)
		EXPECT_REFUSED(self->watch, EINVAL,
			       set_attrs(self->vm, self->gpa, self->size,
					 bit % 2 ? KVM_MEMORY_ATTRIBUTE_PRIVATE : 0, BIT_ULL(bit)));
	EXPECT_NOTHING_CHANGED(self);
}

/*
 * ATTR-1: every attribute but PRIVATE is unknown, alone and beside PRIVATE. The bits
 * below it once stood for read, write and execute in proposals.
 * Red: mutant attr-args-unchecked.
 */
TEST_F(args, any_unknown_attribute_is_refused)
{
	int bit;

	for (bit = 0; bit < 64; bit++)
		if (BIT_ULL(bit) != KVM_MEMORY_ATTRIBUTE_PRIVATE)
			EXPECT_BOTH_REFUSED(self->gpa, self->size, BIT_ULL(bit), 0);
	EXPECT_NOTHING_CHANGED(self);
}

/* ATTR-1: neither is rounded to pages. Red: mutant attr-args-unchecked. */
TEST_F(args, unaligned_address_or_size_is_refused)
{
	static const u64 off[] = { 1, 8, PAGE_SIZE / 2, PAGE_SIZE - 1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(off); i++) {
		EXPECT_BOTH_REFUSED(self->gpa + off[i], self->size - PAGE_SIZE, 0, 0);
		EXPECT_BOTH_REFUSED(self->gpa, self->size - off[i], 0, 0);
		/* The end is on a page border again. */
		EXPECT_BOTH_REFUSED(self->gpa + off[i], self->size - off[i], 0, 0);
	}
	EXPECT_NOTHING_CHANGED(self);
}

/*
 * ATTR-1: an empty range is an error, not a success that did nothing.
 * Red: mutant attr-args-unchecked.
 */
TEST_F(args, empty_range_is_refused)
{
	EXPECT_BOTH_REFUSED(0, 0, 0, 0);
	EXPECT_BOTH_REFUSED(self->gpa, 0, 0, 0);
	EXPECT_NOTHING_CHANGED(self);
}

/*
 * ATTR-1: a range may not wrap, nor end at 2^64: its end would be 0. So the last
 * page of the address space has no attributes; no CPU can address it.
 * Red: mutant attr-args-unchecked.
 */
TEST_F(args, range_that_wraps_is_refused)
{
	const u64 last = -PAGE_SIZE;

	EXPECT_BOTH_REFUSED(last, PAGE_SIZE, 0, 0);
	EXPECT_BOTH_REFUSED(last, 2 * PAGE_SIZE, 0, 0);
	EXPECT_BOTH_REFUSED(self->gpa, -self->gpa, 0, 0);
	EXPECT_BOTH_REFUSED(self->gpa, -self->gpa + PAGE_SIZE, 0, 0);
	EXPECT_BOTH_REFUSED(self->gpa, last, 0, 0);
	EXPECT_BOTH_REFUSED(BIT_ULL(63), BIT_ULL(63), 0, 0);
	EXPECT_NOTHING_CHANGED(self);
}

/*
 * ATTR-1: arguments that cannot be read give EFAULT.
 * Red: mutant attr-fault-einval.
 */
TEST_F(args, unreadable_arguments_are_refused)
{
	char *page = backing_reserve(PAGE_SIZE);

	EXPECT_REFUSED(self->watch, EFAULT, vm_ioctl(self->vm, KVM_SET_MEMORY_ATTRIBUTES, NULL));
	EXPECT_REFUSED(self->watch, EFAULT, vm_ioctl(self->vm, KVM_SET_MEMORY_ATTRIBUTES, page));
	EXPECT_NOTHING_CHANGED(self);
}

/*
 * ATTR-1: neither a slot nor a guest that could address the page is asked for: the
 * last page that does not wrap, and one beyond any physical address width, are
 * taken (7.3, as a fact that callers may come to rely on; a wrong gpa is not found
 * out). Red: mutant attr-needs-slot.
 */
TEST_F(args, pages_beyond_any_slot_are_taken)
{
	static const u64 gpas[] = { -2 * PAGE_SIZE, BIT_ULL(52), BIT_ULL(62), 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gpas); i++) {
		EXPECT_OK(set_attrs(self->vm, gpas[i], PAGE_SIZE, KVM_MEMORY_ATTRIBUTE_PRIVATE, 0));
		EXPECT_OK(set_attrs(self->vm, gpas[i], PAGE_SIZE, 0, 0));
	}
	EXPECT_NOTHING_CHANGED(self);
}

/*
 * ATTR-2: the capability names the one attribute there is, PRIVATE (8): on a VM of
 * the private type and for the system as a whole, if that has such a type.
 * Red: mutant attr-cap-swapped.
 */
TEST(capability_is_private_where_vms_have_private_memory)
{
	struct vm *vm;

	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	vm = vm_create_bare(vm_private_type());
	EXPECT_EQ(8, mem_attrs_supported(vm));
	EXPECT_EQ(8, kvm_cap(KVM_CAP_MEMORY_ATTRIBUTES));
	vm_free(vm);
}

FIXTURE(default_vm) {
	struct vm *vm;
	struct refusal_watch *watch;
};

FIXTURE_SETUP(default_vm)
{
	REQUIRE(kvm_cap(KVM_CAP_MEMORY_ATTRIBUTES), "no memory attributes in this kernel");
	self->vm = vm_create_bare(VM_TYPE_DEFAULT);
	self->watch = refusal_watch_create(self->vm, (struct refusal_scope){
		.gpa = TEST_GPA, .guest_pages = 2,
	});
}

FIXTURE_TEARDOWN(default_vm)
{
	vm_free(self->vm);
	EXPECT_NOT_HELD(self->watch);
	refusal_watch_free(self->watch);
}

/*
 * ATTR-2: a VM of the default type has no attributes, although the system says that
 * it knows some. Red: mutant attr-cap-always.
 */
TEST_F(default_vm, capability_is_none)
{
	EXPECT_EQ(0, mem_attrs_supported(self->vm));
}

/* ATTR-2: and so PRIVATE is an unknown one. Red: mutant attr-cap-always. */
TEST_F(default_vm, private_is_refused)
{
	EXPECT_REFUSED(self->watch, EINVAL, set_attrs(self->vm, TEST_GPA, PAGE_SIZE,
						      KVM_MEMORY_ATTRIBUTE_PRIVATE, 0));
}

/*
 * ATTR-2: setting no attributes at all is allowed, with and without a slot, and the
 * other arguments are checked all the same. Red: mutant attr-default-refused; for
 * the checks attr-args-unchecked.
 */
TEST_F(default_vm, no_attributes_can_be_set)
{
	memslot_add(self->vm, TEST_GPA, PAGE_SIZE, 0);
	refusal_watch_renew(self->watch);
	EXPECT_OK(set_attrs(self->vm, TEST_GPA, PAGE_SIZE, 0, 0));
	EXPECT_OK(set_attrs(self->vm, TEST_GPA, SZ_2M, 0, 0));
	EXPECT_REFUSED(self->watch, EINVAL, set_attrs(self->vm, TEST_GPA, PAGE_SIZE, 0, 1));
	EXPECT_REFUSED(self->watch, EINVAL, set_attrs(self->vm, TEST_GPA, 0, 0, 0));
	EXPECT_REFUSED(self->watch, EINVAL, set_attrs(self->vm, TEST_GPA, 1, 0, 0));
	EXPECT_REFUSED(self->watch, EINVAL, set_attrs(self->vm, TEST_GPA + 1, PAGE_SIZE, 0, 0));
	EXPECT_REFUSED(self->watch, EINVAL, set_attrs(self->vm, -PAGE_SIZE, PAGE_SIZE, 0, 0));
}

GMEM_TEST_MAIN
