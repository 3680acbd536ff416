// SPDX-License-Identifier: GPL-2.0
/*
 * Dirty logging that ends after memory became private: KVM then looks for large
 * pages to map the slot with again, and must neither ask guest_memfd for those of a
 * slot that has none nor map one over a private page. kvm_mmu_max_mapping_level()
 * without a fault; arch/x86/kvm/mmu/tdp_mmu.c, recover_huge_pages_range().
 */
#include <stdio.h>

#include "backing.h"
#include "disposable.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "stats.h"
#include "vcpu.h"
#include "vm.h"

#define SLOT_SIZE	ARCH_LARGE_PAGE_SIZE
#define NR_PAGES	(SLOT_SIZE / PAGE_SIZE)
#define TAINT_WARN	BIT_ULL(9)

static u64 page_gpa(u64 page)
{
	return TEST_GPA + page * PAGE_SIZE;
}

static u64 kernel_taint(void)
{
	unsigned long long taint = 0;
	FILE *f = fopen("/proc/sys/kernel/tainted", "re");

	FAIL_UNLESS(f && fscanf(f, "%llu", &taint) == 1, "cannot read the kernel's taint");
	fclose(f);
	return taint;
}

/*
 * BUG-1: userspace can make KVM warn, and with panic_on_warn the host panic: touch
 * a logged slot, make the whole of a large page private, and stop logging.
 * Needs: boot. Red: Linux 7.3.
 */
TEST(logging_of_converted_memory_ends_without_a_warning)
{
	struct memslot *slot;
	struct vcpu *vcpu;
	struct vm *vm;
	u64 taint;

	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	vm = vm_create(vm_private_type());
	vcpu = vcpu_create(vm);
	slot = memslot_add(vm, TEST_GPA, SLOT_SIZE, MEMSLOT_LOG_DIRTY);
	taint = kernel_taint();
	vcpu_call_done(vcpu, guest_touch_pages, TEST_GPA, NR_PAGES);
	mem_attrs_set_private(vm, TEST_GPA, SLOT_SIZE);
	EXPECT_OK(__memslot_set2(vm, slot->id, 0, TEST_GPA, SLOT_SIZE, slot->hva, -1, 0));
	EXPECT_EQ(taint & TAINT_WARN, kernel_taint() & TAINT_WARN);

	mem_attrs_set_shared(vm, TEST_GPA, SLOT_SIZE);
	vcpu_call_done(vcpu, guest_touch_pages, TEST_GPA, NR_PAGES);
	vm_free(vm);
}

/*
 * Two large pages, logged, and so mapped with 4K leaves. The guest has read the first
 * pages of each, which is all that it takes; another one's fault could bring the large
 * leaf by itself. The first word of each page is its number plus 1.
 */
#define NR_TOUCHED	8

FIXTURE(logged)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
};

FIXTURE_SETUP(logged)
{
	u64 i;

	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	REQUIRE(backing_available(BACKING_HUGETLB, 2 * SLOT_SIZE), "no free hugetlb pages");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->slot = memslot_add_backed(self->vm, TEST_GPA, 2 * SLOT_SIZE, MEMSLOT_LOG_DIRTY,
					BACKING_HUGETLB);
	for (i = 0; i < 2 * NR_PAGES; i++)
		*(u64 *)memslot_hva(self->slot, page_gpa(i)) = i + 1;
	vcpu_call_done(self->vcpu, guest_touch_pages, page_gpa(0), NR_TOUCHED);
	vcpu_call_done(self->vcpu, guest_touch_pages, page_gpa(NR_PAGES), NR_TOUCHED);
}

FIXTURE_TEARDOWN(logged)
{
	vm_free(self->vm);
}

static void stop_logging(struct memslot *slot)
{
	int ret = __memslot_set2(slot->vm, slot->id, 0, slot->gpa, slot->size, slot->hva, -1, 0);

	FAIL_UNLESS(!ret, "logging does not end: %s", errno_name(-ret));
}

#define EXPECT_READS_WORD(page)								\
	do {										\
		vcpu_call(self->vcpu, guest_read_u64, page_gpa(page));			\
		EXPECT_GUEST_RETURNED((page) + 1, vcpu_run(self->vcpu));		\
	} while (0)

/*
 * ATTR-7, EXIT-14: where logging ends over two large pages of which one has a private
 * page, KVM maps the other large again, and that one when it is all shared. The private
 * page still faults: a large leaf would give the guest its shared bytes. The first page
 * of each is shared, which is the one whose attribute is asked for (BUG-1).
 * Red: mutants dirty-recover-ignores-mixed, dirty-recover-never, attr-tail-beyond.
 */
TEST_F(logged, end_of_logging_maps_no_large_page_over_a_private_one)
{
	const u64 base_2m = kvm_stat_get(self->vm->fd, "pages_2m");
	const u64 private = NR_TOUCHED - 2;

	mem_attrs_set_private(self->vm, page_gpa(private), PAGE_SIZE);
	stop_logging(self->slot);
	vcpu_call(self->vcpu, guest_read_u64, page_gpa(private));
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), page_gpa(private), PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	EXPECT_READS_WORD(private - 1);
	EXPECT_READS_WORD(private + 1);
	EXPECT_READS_WORD(NR_PAGES - 1);
	EXPECT_READS_WORD(NR_PAGES + private);
	EXPECT_EQ(base_2m + 1, kvm_stat_get(self->vm->fd, "pages_2m"));
	EXPECT_READS_WORD(2 * NR_PAGES - 1);

	mem_attrs_set_shared(self->vm, page_gpa(private), PAGE_SIZE);
	EXPECT_READS_WORD(private);
	EXPECT_READS_WORD(private + 1);
	EXPECT_EQ(base_2m + 2, kvm_stat_get(self->vm->fd, "pages_2m"));
}

GMEM_TEST_MAIN
