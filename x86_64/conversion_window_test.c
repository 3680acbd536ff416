// SPDX-License-Identifier: GPL-2.0
/*
 * The moment in which a conversion is half done: the old mappings are gone, the
 * attributes are being stored. A large page that is partly converted must not be
 * mapped as a whole by then, for a fault on a page of it that stays as it is; nor
 * may a page whose attribute is not stored yet be mapped as what it was.
 * arch/x86/kvm/mmu/mmu.c, kvm_arch_pre_set_memory_attributes();
 * virt/kvm/kvm_main.c, kvm_vm_set_mem_attributes().
 */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

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
#define RANGE		(SZ_1G / 4)
/*
 * As long as the window is missed it is opened again: where many guests want few CPUs, the
 * vCPU may not have run once meanwhile.
 */
#define MAX_ROUNDS	20

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

/* The guest's own; the host gets at them by guest_var(). */
static u64 stop_reading, nr_reads;

/* Reads one page, over and over, until the host says so. */
static void guest_keep_reading(u64 gpa)
{
	while (!READ_ONCE(stop_reading)) {
		guest_read_u64(gpa);
		WRITE_ONCE(nr_reads, nr_reads + 1);
	}
}

/* Until the guest has all mapped that it uses. */
static void wait_for_reads(const struct vcpu_thread *t)
{
	vcpu_thread_wait_progress(t, &nr_reads, 2);
}

/* Of a vCPU that runs, which KVM_GET_STATS_FD would wait for. */
static u64 faults_taken(int stats_fd)
{
	return kvm_stats_file_get(stats_fd, "pf_taken");
}

/*
 * Make [gpa, gpa + size) private while the guest reads a page: how many faults it took there
 * before the conversion was over, of which one may have come just then and map the page.
 */
static u64 faults_in_conversion(struct vcpu *vcpu, int stats_fd, u64 read_gpa, u64 gpa, u64 size,
				struct vm_exit *exit)
{
	u64 *stop = guest_var(vcpu->vm, &stop_reading);
	struct vcpu_thread t;
	u64 nr_faults;

	WRITE_ONCE(*stop, 0);
	vcpu_call(vcpu, guest_keep_reading, read_gpa);
	vcpu_thread_start(&t, vcpu);
	wait_for_reads(&t);
	nr_faults = faults_taken(stats_fd);
	mem_attrs_set_private(vcpu->vm, gpa, size);
	nr_faults = faults_taken(stats_fd) - nr_faults;
	WRITE_ONCE(*stop, 1);
	*exit = vcpu_thread_join(&t);
	return nr_faults;
}

/*
 * ATTR-7, ATTR-9: all but the first page of a large page becomes private while the
 * guest reads the first, and faults there before the conversion is over: what it then
 * finds in the second is private, in the first shared. Red: mutants attr-hugepage-not-held,
 * held-range-first-only.
 */
TEST_F(window, fault_beside_the_range_maps_no_large_page)
{
	int i, stats_fd = ioctl(self->vcpu->fd, KVM_GET_STATS_FD, NULL);
	u64 nr_large, nr_faults = 0;
	struct vm_exit exit;

	ASSERT_LE(0, stats_fd);
	for (i = 0; i < MAX_ROUNDS && nr_faults < 2; i++) {
		nr_large = kvm_stat_get(self->vm->fd, "pages_2m");
		vcpu_call_done(self->vcpu, guest_touch_pages, TEST_GPA, 2);
		ASSERT_LT(nr_large, kvm_stat_get(self->vm->fd, "pages_2m"));
		nr_faults = faults_in_conversion(self->vcpu, stats_fd, TEST_GPA,
						 TEST_GPA + PAGE_SIZE, RANGE, &exit);
		EXPECT_GUEST_DONE(exit);

		vcpu_call(self->vcpu, guest_read_u64, TEST_GPA + PAGE_SIZE);
		EXPECT_GUEST_RETURNED(0, vcpu_run(self->vcpu));
		vcpu_call(self->vcpu, guest_read_u64, TEST_GPA);
		EXPECT_GUEST_RETURNED(0x7777777777777777ULL, vcpu_run(self->vcpu));
		mem_attrs_set_shared(self->vm, TEST_GPA + PAGE_SIZE, RANGE);
	}
	/* Otherwise nobody came by when it mattered. */
	EXPECT_LT(1, nr_faults);
	close(stats_fd);
}

/* Attributes are stored in ascending order: those of this slot come last. */
#define END_SIZE	(4 * PAGE_SIZE)
#define LAST_PAGE	(TEST_GPA + RANGE - PAGE_SIZE)

FIXTURE(window_of_last_slot)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
};

FIXTURE_SETUP(window_of_last_slot)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->slot = memslot_add(self->vm, TEST_GPA + RANGE - END_SIZE, END_SIZE, MEMSLOT_GMEM);
	memset(self->slot->hva, 0x77, END_SIZE);
}

FIXTURE_TEARDOWN(window_of_last_slot)
{
	vm_free(self->vm);
}

/*
 * ATTR-9, EXIT-13: while a large range becomes private the guest faults on its last
 * page, whose attribute still says shared. It is not mapped as such: nothing would
 * unmap it any more, and the guest would go on with the shared bytes of a private page.
 * Red: mutant attr-not-held.
 */
TEST_F(window_of_last_slot, fault_before_its_attribute_is_stored_maps_nothing)
{
	int i, stats_fd = ioctl(self->vcpu->fd, KVM_GET_STATS_FD, NULL);
	u64 nr_faults = 0;
	struct vm_exit exit;

	ASSERT_LE(0, stats_fd);
	for (i = 0; i < MAX_ROUNDS && nr_faults < 2; i++) {
		mem_attrs_set_shared(self->vm, TEST_GPA, RANGE);
		nr_faults = faults_in_conversion(self->vcpu, stats_fd, LAST_PAGE, TEST_GPA,
						 RANGE, &exit);
		/* A fault of the shared side that finds the attribute stored meanwhile. */
		if (exit.reason == KVM_EXIT_MEMORY_FAULT) {
			EXPECT_MEMORY_FAULT(exit, LAST_PAGE, PAGE_SIZE, 0);
			exit = vcpu_run(self->vcpu);
		}
		ASSERT_GUEST_DONE(exit);

		vcpu_call(self->vcpu, guest_read_u64, LAST_PAGE);
		ASSERT_GUEST_RETURNED(0, vcpu_run(self->vcpu));
	}
	/* Otherwise nobody came by when it mattered. */
	EXPECT_LT(1, nr_faults);
	close(stats_fd);
}

#define TAIL_SIZE	(2 * ARCH_LARGE_PAGE_SIZE)

FIXTURE(window_of_large_tail)
{
	struct vm *vm;
	struct vcpu *vcpu;
};

FIXTURE_SETUP(window_of_large_tail)
{
	struct memslot *slot;

	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	REQUIRE(backing_available(BACKING_HUGETLB, TAIL_SIZE), "no free hugetlb pages");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	slot = memslot_add_backed(self->vm, TEST_GPA + RANGE - TAIL_SIZE, TAIL_SIZE,
				  MEMSLOT_GMEM, BACKING_HUGETLB);
	memset(slot->hva, 0x77, TAIL_SIZE);
}

FIXTURE_TEARDOWN(window_of_large_tail)
{
	vm_free(self->vm);
}

/*
 * ATTR-7, ATTR-9: at the end of a range it is all but the last page of a large page that
 * becomes private. KVM looks after that one by itself, if the range begins in another
 * large page of the slot. Red: mutant attr-hugepage-tail-not-held.
 */
TEST_F(window_of_large_tail, fault_behind_the_range_maps_no_large_page)
{
	int i, stats_fd = ioctl(self->vcpu->fd, KVM_GET_STATS_FD, NULL);
	const u64 size = RANGE - PAGE_SIZE;
	u64 nr_large, nr_faults = 0;
	struct vm_exit exit;

	ASSERT_LE(0, stats_fd);
	for (i = 0; i < MAX_ROUNDS && nr_faults < 2; i++) {
		nr_large = kvm_stat_get(self->vm->fd, "pages_2m");
		vcpu_call_done(self->vcpu, guest_touch_pages, LAST_PAGE - PAGE_SIZE, 2);
		ASSERT_LT(nr_large, kvm_stat_get(self->vm->fd, "pages_2m"));
		nr_faults = faults_in_conversion(self->vcpu, stats_fd, LAST_PAGE, TEST_GPA, size,
						 &exit);
		ASSERT_GUEST_DONE(exit);

		vcpu_call(self->vcpu, guest_read_u64, LAST_PAGE - PAGE_SIZE);
		ASSERT_GUEST_RETURNED(0, vcpu_run(self->vcpu));
		vcpu_call(self->vcpu, guest_read_u64, LAST_PAGE);
		ASSERT_GUEST_RETURNED(0x7777777777777777ULL, vcpu_run(self->vcpu));
		mem_attrs_set_shared(self->vm, TEST_GPA, size);
	}
	/* Otherwise nobody came by when it mattered. */
	EXPECT_LT(1, nr_faults);
	close(stats_fd);
}

GMEM_TEST_MAIN
