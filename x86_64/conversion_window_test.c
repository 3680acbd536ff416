// SPDX-License-Identifier: GPL-2.0
/*
 * The moment in which a conversion is half done: the old mappings are gone, the
 * attributes are being stored. A large page that is partly converted must not be
 * mapped as a whole by then, for a fault on a page of it that stays as it is.
 * arch/x86/kvm/mmu/mmu.c, kvm_arch_pre_set_memory_attributes().
 */
#include <string.h>

#include "backing.h"
#include "guest_image.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "stats.h"
#include "vcpu.h"
#include "vcpu_thread.h"
#include "vm.h"

#define SLOT_SIZE	ARCH_LARGE_PAGE_SIZE
/* Storing that many attributes takes much longer than a fault. */
#define RANGE		SZ_1G
#define ROUNDS		3

FIXTURE(window)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
};

FIXTURE_SETUP(window)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	REQUIRE(backing_available(BACKING_HUGETLB, SLOT_SIZE), "no free hugetlb pages");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->slot = memslot_add_backed(self->vm, TEST_GPA, SLOT_SIZE, MEMSLOT_GMEM,
					BACKING_HUGETLB);
	memset(self->slot->hva, 0x77, SLOT_SIZE);
}

FIXTURE_TEARDOWN(window)
{
	vm_free(self->vm);
}

static u64 stop_reading;	/* the guest's copy */

/* Reads one page, over and over, until the host says so. */
static u64 guest_keep_reading(u64 gpa)
{
	u64 nr = 0;

	while (!READ_ONCE(stop_reading)) {
		guest_read_u64(gpa);
		nr++;
	}
	return nr;
}

/*
 * ATTR-7, ATTR-9: all but the first page of a large page becomes private while the
 * guest reads the first: what it then finds in the second is private, in the first
 * shared. Red: mutant attr-hugepage-not-held.
 */
TEST_F(window, fault_beside_the_range_maps_no_large_page)
{
	u64 *stop = guest_var(self->vm, &stop_reading);
	struct vcpu_thread t;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		vcpu_call_done(self->vcpu, guest_touch_pages, TEST_GPA, 2);
		ASSERT_LT(0, kvm_stat_get(self->vm->fd, "pages_2m"));
		WRITE_ONCE(*stop, 0);
		vcpu_call(self->vcpu, guest_keep_reading, TEST_GPA);
		vcpu_thread_start(&t, self->vcpu);
		mem_attrs_set_private(self->vm, TEST_GPA + PAGE_SIZE, RANGE);
		WRITE_ONCE(*stop, 1);
		EXPECT_GUEST_DONE(vcpu_thread_join(&t));

		vcpu_call(self->vcpu, guest_read_u64, TEST_GPA + PAGE_SIZE);
		EXPECT_GUEST_RETURNED(0, vcpu_run(self->vcpu));
		vcpu_call(self->vcpu, guest_read_u64, TEST_GPA);
		EXPECT_GUEST_RETURNED(0x7777777777777777ULL, vcpu_run(self->vcpu));
		mem_attrs_set_shared(self->vm, TEST_GPA + PAGE_SIZE, RANGE);
	}
}

GMEM_TEST_MAIN
