// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_MEM_READONLY and KVM_MEM_LOG_DIRTY_PAGES, which slots with a guest_memfd
 * may not have, on the plain slots of a VM with private memory.
 */
#include <string.h>

#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "vcpu.h"
#include "vm.h"

#define NR_PAGES	8
#define SLOT_SIZE	(NR_PAGES * PAGE_SIZE)

FIXTURE(plain_slot)
{
	struct vm *vm;
	struct vcpu *vcpu;
};

FIXTURE_SETUP(plain_slot)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
}

FIXTURE_TEARDOWN(plain_slot)
{
	vm_free(self->vm);
}

/*
 * EXIT-14: a ROM: reads are memory, writes are MMIO and change nothing. Red:
 * mutant exit-ro-slot-writable.
 */
TEST_F(plain_slot, write_to_readonly_slot_is_mmio)
{
	struct memslot *slot;
	struct vm_exit exit;

	REQUIRE(vm_cap(self->vm, KVM_CAP_READONLY_MEM), "no read-only slots");
	slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, MEMSLOT_READONLY);
	memset(slot->hva, 0x61, SLOT_SIZE);
	vcpu_call(self->vcpu, guest_read_u64, TEST_GPA + 8);
	EXPECT_GUEST_RETURNED(0x6161616161616161ULL, vcpu_run(self->vcpu));

	vcpu_call(self->vcpu, guest_write_u64, TEST_GPA + 8, 0x1122334455667788ULL);
	exit = vcpu_run(self->vcpu);
	ASSERT_EXIT(0, KVM_EXIT_MMIO, exit);
	EXPECT_EQ(TEST_GPA + 8, exit.mmio.gpa);
	EXPECT_EQ(8, exit.mmio.len);
	EXPECT_TRUE(exit.mmio.is_write);
	EXPECT_EQ(0x1122334455667788ULL, *(u64 *)exit.mmio.data);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	EXPECT_FILLED(0x61, slot->hva, SLOT_SIZE);
}

/*
 * EXIT-14: private comes first: neither side of a private page is a ROM.
 * Red: mutant exit-private-falls-to-hva.
 */
TEST_F(plain_slot, private_page_of_readonly_slot_faults)
{
	struct memslot *slot;

	REQUIRE(vm_cap(self->vm, KVM_CAP_READONLY_MEM), "no read-only slots");
	slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, MEMSLOT_READONLY);
	mem_attrs_set_private(self->vm, TEST_GPA, PAGE_SIZE);
	vcpu_call(self->vcpu, guest_write_u64, TEST_GPA, 1);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), TEST_GPA, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	vcpu_call(self->vcpu, guest_read_u64, TEST_GPA);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), TEST_GPA, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	EXPECT_FILLED(0, slot->hva, SLOT_SIZE);
}

/* KVM_GET_DIRTY_LOG, which forgets what it tells: bit N is page N of the slot. */
static u64 take_dirty_log(struct memslot *slot)
{
	u64 bitmap = 0;
	struct kvm_dirty_log log = { .slot = slot->id, .dirty_bitmap = &bitmap };
	int ret = vm_ioctl(slot->vm, KVM_GET_DIRTY_LOG, &log);

	FAIL_UNLESS(!ret, "KVM_GET_DIRTY_LOG of slot %u: %s", slot->id, errno_name(-ret));
	return bitmap;
}

/*
 * EXIT-14: the log has what the guest wrote, no more, and again after it was
 * read. Red: mutant exit-dirty-never.
 */
TEST_F(plain_slot, dirty_log_names_written_pages)
{
	struct memslot *slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, MEMSLOT_LOG_DIRTY);

	vcpu_call_done(self->vcpu, guest_touch_pages, TEST_GPA, NR_PAGES);
	EXPECT_EQ(0, take_dirty_log(slot));
	vcpu_call_done(self->vcpu, guest_write_u64, TEST_GPA + PAGE_SIZE, 1);
	vcpu_call_done(self->vcpu, guest_write_u64, TEST_GPA + 4 * PAGE_SIZE - 8, 1);
	EXPECT_EQ(BIT_ULL(1) | BIT_ULL(3), take_dirty_log(slot));
	EXPECT_EQ(0, take_dirty_log(slot));
	vcpu_call_done(self->vcpu, guest_write_u64, TEST_GPA + PAGE_SIZE, 2);
	EXPECT_EQ(BIT_ULL(1), take_dirty_log(slot));
}

/*
 * EXIT-14: a page that goes private and comes back is logged when it is written
 * again, and its fault in between is no write. Red: mutant exit-dirty-never.
 */
TEST_F(plain_slot, dirty_log_survives_conversion)
{
	struct memslot *slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, MEMSLOT_LOG_DIRTY);

	vcpu_call_done(self->vcpu, guest_write_u64, TEST_GPA, 1);
	mem_attrs_set_private(self->vm, TEST_GPA, PAGE_SIZE);
	EXPECT_EQ(BIT_ULL(0), take_dirty_log(slot));
	vcpu_call(self->vcpu, guest_write_u64, TEST_GPA, 2);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), TEST_GPA, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	EXPECT_EQ(0, take_dirty_log(slot));

	mem_attrs_set_shared(self->vm, TEST_GPA, PAGE_SIZE);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	EXPECT_EQ(BIT_ULL(0), take_dirty_log(slot));
	EXPECT_EQ(2, *(u64 *)slot->hva);
}

GMEM_TEST_MAIN
