// SPDX-License-Identifier: GPL-2.0
/*
 * What KVM itself writes into guest memory, the wall clock here, goes through the
 * slot's userspace address: to the shared copy of a private page, and past the
 * file of a slot whose memory is a guest_memfd. Documentation/virt/kvm/x86/msr.rst,
 * MSR_KVM_WALL_CLOCK_NEW; kvm_write_guest().
 */
#include <string.h>
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

#define MSR_KVM_WALL_CLOCK_NEW	0x4b564d00
#define MSR_KVM_SYSTEM_TIME_NEW	0x4b564d01
#define NR_PAGES	4
#define SLOT_SIZE	(NR_PAGES * PAGE_SIZE)
#define CLOCK_GPA	(TEST_GPA + PAGE_SIZE)
#define SHARED_FLAGS	(GUEST_MEMFD_FLAG_MMAP | GUEST_MEMFD_FLAG_INIT_SHARED)

struct wall_clock {
	u32 version;
	u32 sec;
	u32 nsec;
};

/* Documentation/virt/kvm/x86/msr.rst, MSR_KVM_SYSTEM_TIME_NEW. */
struct vcpu_clock {
	u32 version;
	u32 pad0;
	u64 tsc_timestamp;
	u64 system_time;
	u32 tsc_to_system_mul;
	signed char tsc_shift;
	u8 flags;
	u8 pad[2];
};

#define CLOCK_RATE	offsetof(struct vcpu_clock, tsc_to_system_mul)

static void guest_ask_for_wall_clock(u64 gpa)
{
	asm volatile("wrmsr" : : "c"(MSR_KVM_WALL_CLOCK_NEW), "a"((u32)gpa), "d"(gpa >> 32)
		     : "memory");
}

/* From now on, until it is switched off: KVM keeps a mapping of its own of the page. */
static void guest_ask_for_vcpu_clock(u64 gpa)
{
	gpa |= 1;
	asm volatile("wrmsr" : : "c"(MSR_KVM_SYSTEM_TIME_NEW), "a"((u32)gpa), "d"(gpa >> 32)
		     : "memory");
}

/* A finished clock: a version that is even and not 0, and a time after 1970. */
static bool is_wall_clock(const void *p)
{
	struct wall_clock clock;

	memcpy(&clock, p, sizeof(clock));
	return clock.version && !(clock.version & 1) && clock.sec && clock.nsec < 1000000000;
}

/*
 * EXIT-10: the guest asks for the time in a private page: it does not come there,
 * and the shared copy has it. Red: mutant write-guest-refuses-private.
 */
TEST(write_by_kvm_goes_to_the_shared_copy_of_a_private_page)
{
	struct memslot *slot;
	struct vcpu *vcpu;
	struct vm *vm;

	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	vm = vm_create(vm_private_type());
	vcpu = vcpu_create(vm);
	slot = memslot_add(vm, TEST_GPA, SLOT_SIZE, MEMSLOT_GMEM);
	mem_attrs_set_private(vm, CLOCK_GPA, PAGE_SIZE);
	vcpu_call_done(vcpu, guest_fill_pages, CLOCK_GPA, 1, PAGE_PRIVATE, 1);
	EXPECT_FILLED(0, memslot_hva(slot, CLOCK_GPA), PAGE_SIZE);

	vcpu_call_done(vcpu, guest_ask_for_wall_clock, CLOCK_GPA);
	vcpu_call_done(vcpu, guest_check_pages, CLOCK_GPA, 1, PAGE_PRIVATE, 1);
	EXPECT_TRUE(is_wall_clock(memslot_hva(slot, CLOCK_GPA)));
	EXPECT_FILLED(0, slot->hva, PAGE_SIZE);
	EXPECT_FILLED(0, memslot_hva(slot, CLOCK_GPA + PAGE_SIZE), 2 * PAGE_SIZE);
	vm_free(vm);
}

/*
 * BUG-7: where the slot's memory is a guest_memfd the address still decides, and
 * nothing makes it a mapping of the same pages: guest and KVM then look at
 * different memory. With the mapping that it should be they agree. Red: mutant
 * hva-refuses-gmem.
 */
TEST(write_by_kvm_follows_the_address_not_the_file)
{
	struct memslot *slot;
	struct vcpu *vcpu;
	struct vm *vm = vm_create(VM_TYPE_DEFAULT);
	char *hva, *file;
	int fd;

	REQUIRE_KVM_OF_THE_TREE();
	REQUIRE((gmem_supported_flags(vm) & SHARED_FLAGS) == SHARED_FLAGS,
		"no guest_memfd with these flags (before 6.18)");
	vcpu = vcpu_create(vm);
	fd = gmem_create(vm, SLOT_SIZE, SHARED_FLAGS);
	file = gmem_mmap(fd, 0, SLOT_SIZE);
	hva = backing_map(BACKING_ANON, SLOT_SIZE);
	slot = memslot_add_hva(vm, TEST_GPA, SLOT_SIZE, hva, fd, 0);
	vcpu_call_done(vcpu, guest_fill_pages, CLOCK_GPA, 1, PAGE_SHARED, 1);
	vcpu_call_done(vcpu, guest_ask_for_wall_clock, CLOCK_GPA);
	vcpu_call_done(vcpu, guest_check_pages, CLOCK_GPA, 1, PAGE_SHARED, 1);
	EXPECT_TRUE(is_wall_clock(hva + PAGE_SIZE));
	memslot_delete(slot);

	memslot_add_hva(vm, TEST_GPA, SLOT_SIZE, file, fd, 0);
	vcpu_call_done(vcpu, guest_ask_for_wall_clock, CLOCK_GPA);
	EXPECT_TRUE(is_wall_clock(file + PAGE_SIZE));
	vcpu_call(vcpu, guest_read_u64, CLOCK_GPA);
	EXPECT_GUEST_RETURNED(*(u64 *)(file + PAGE_SIZE), vcpu_run(vcpu));
	vm_free(vm);
	close(fd);
}

/*
 * EXIT-14: KVM remembers the slot that it wrote to last; a slot that was replaced is
 * not the one. Logged from now on, in new memory from then on. Red: mutant
 * slot-last-used-stale.
 */
TEST(write_by_kvm_finds_a_slot_that_was_changed)
{
	struct kvm_dirty_log log = { 0 };
	struct memslot *slot;
	struct vcpu *vcpu;
	struct vm *vm = vm_create(VM_TYPE_DEFAULT);
	u64 bitmap = 0;
	char *other;

	vcpu = vcpu_create(vm);
	slot = memslot_add(vm, TEST_GPA, SLOT_SIZE, 0);
	other = backing_map(BACKING_ANON, SLOT_SIZE);
	log.slot = slot->id;
	log.dirty_bitmap = &bitmap;
	vcpu_call_done(vcpu, guest_ask_for_wall_clock, CLOCK_GPA);
	EXPECT_TRUE(is_wall_clock(memslot_hva(slot, CLOCK_GPA)));

	EXPECT_OK(__memslot_set2(vm, slot->id, KVM_MEM_LOG_DIRTY_PAGES, TEST_GPA, SLOT_SIZE,
				 slot->hva, -1, 0));
	vcpu_call_done(vcpu, guest_ask_for_wall_clock, CLOCK_GPA);
	EXPECT_OK(vm_ioctl(vm, KVM_GET_DIRTY_LOG, &log));
	EXPECT_EQ(BIT_ULL(1), bitmap);

	EXPECT_OK(__memslot_set1(vm, slot->id, 0, 0, 0, NULL));
	EXPECT_OK(__memslot_set2(vm, slot->id, 0, TEST_GPA, SLOT_SIZE, other, -1, 0));
	memset(slot->hva, 0, SLOT_SIZE);
	vcpu_call_done(vcpu, guest_ask_for_wall_clock, CLOCK_GPA);
	EXPECT_TRUE(is_wall_clock(other + PAGE_SIZE));
	EXPECT_FILLED(0, slot->hva, SLOT_SIZE);
	vm_free(vm);
}

static bool is_vcpu_clock(const void *p)
{
	struct vcpu_clock clock;

	memcpy(&clock, p, sizeof(clock));
	return clock.version && !(clock.version & 1) && clock.system_time &&
	       clock.tsc_to_system_mul;
}

/*
 * FALLOC-5: the page that KVM has mapped for itself, to write the clock, goes with the
 * hole as well: what it writes next is in the file's new page, where host and guest read
 * it, and not in the page that was given back. The host gets the new page first in one
 * round, and KVM in the other. Red: mutant pfncache-not-invalidated.
 */
TEST(write_by_kvm_goes_to_the_page_behind_a_hole)
{
	struct vcpu *vcpu;
	struct vm *vm = vm_create(VM_TYPE_DEFAULT);
	struct vm_exit exit;
	char *file;
	int fd, i;

	REQUIRE((gmem_supported_flags(vm) & SHARED_FLAGS) == SHARED_FLAGS,
		"no guest_memfd with these flags (before 6.18)");
	vcpu = vcpu_create(vm);
	fd = gmem_create(vm, SLOT_SIZE, SHARED_FLAGS);
	file = gmem_mmap(fd, 0, SLOT_SIZE);
	memslot_add_hva(vm, TEST_GPA, SLOT_SIZE, file, fd, 0);
	vcpu_call_done(vcpu, guest_ask_for_vcpu_clock, CLOCK_GPA);
	vcpu_call_done(vcpu, guest_touch_pages, TEST_GPA, 1);
	EXPECT_TRUE(is_vcpu_clock(file + PAGE_SIZE));

	for (i = 0; i < 2; i++) {
		gmem_punch_hole(fd, PAGE_SIZE, PAGE_SIZE);
		if (!i)
			EXPECT_FILLED(0, file + PAGE_SIZE, PAGE_SIZE);
		/* Makes KVM write, before the guest goes on. */
		EXPECT_OK(vcpu_ioctl(vcpu, KVM_KVMCLOCK_CTRL, NULL));
		vcpu_call(vcpu, guest_read_u64, CLOCK_GPA + CLOCK_RATE);
		exit = vcpu_run(vcpu);
		EXPECT_GUEST_RETURNED(*(u64 *)(file + PAGE_SIZE + CLOCK_RATE), exit);
		EXPECT_TRUE(is_vcpu_clock(file + PAGE_SIZE));
		EXPECT_FILLED(0, file + PAGE_SIZE + sizeof(struct vcpu_clock),
			      PAGE_SIZE - sizeof(struct vcpu_clock));
	}
	vm_free(vm);
	close(fd);
}

GMEM_TEST_MAIN
