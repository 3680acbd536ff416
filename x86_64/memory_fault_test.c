// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_EXIT_MEMORY_FAULT: which page it names, on which side, and that the guest
 * goes on from there as if nothing had happened once the cause is gone.
 * Documentation/virt/kvm/api.rst, 8.44 KVM_CAP_MEMORY_FAULT_INFO;
 * arch/x86/kvm/mmu/mmu.c, kvm_mmu_faultin_pfn().
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

#define NR_PAGES	4
#define SLOT_SIZE	(NR_PAGES * PAGE_SIZE)

#define GMEM_SHARED_FLAGS	(GUEST_MEMFD_FLAG_MMAP | GUEST_MEMFD_FLAG_INIT_SHARED)

FIXTURE(memory_fault)
{
	struct vm *vm;
	struct vcpu *vcpu;
};

FIXTURE_SETUP(memory_fault)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
}

FIXTURE_TEARDOWN(memory_fault)
{
	vm_free(self->vm);
}

static void fill_shared(struct memslot *slot, u64 gen)
{
	u64 offset;

	for (offset = 0; offset < slot->size; offset += PAGE_SIZE)
		page_pattern_fill((char *)slot->hva + offset, PAGE_SHARED,
				  (slot->gpa + offset) >> PAGE_SHIFT, gen);
}

/*
 * EXIT-1: private without a private side, whichever page of the slot is meant.
 * Red: mutants exit-private-falls-to-hva, exit-mf-gpa-not-aligned.
 */
TEST_F(memory_fault, private_page_of_plain_slot_faults_with_its_gpa)
{
	struct memslot *slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, 0);
	u64 gpa;

	mem_attrs_set_private(self->vm, slot->gpa, slot->size);
	for (gpa = slot->gpa; gpa < slot->gpa + slot->size; gpa += PAGE_SIZE) {
		vcpu_call(self->vcpu, guest_read_u64, gpa + 8);
		EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), gpa, PAGE_SIZE,
				    KVM_MEMORY_EXIT_FLAG_PRIVATE);
		vcpu_call(self->vcpu, guest_write_u64, gpa + PAGE_SIZE - 8, 1);
		EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), gpa, PAGE_SIZE,
				    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	}
	EXPECT_FILLED(0, slot->hva, slot->size);
}

/*
 * EXIT-1: one private page in the middle of a plain slot concerns nobody else,
 * whether the guest had the pages mapped before or not. Red: mutants
 * attr-store-beyond, attr-no-zap.
 */
TEST_F(memory_fault, shared_neighbours_of_private_page_do_not_fault)
{
	struct memslot *slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, 0);
	u64 gpa = slot->gpa + PAGE_SIZE;
	int round;

	fill_shared(slot, 1);
	for (round = 0; round < 2; round++) {
		mem_attrs_set_private(self->vm, gpa, PAGE_SIZE);
		vcpu_call(self->vcpu, guest_read_u64, gpa);
		EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), gpa, PAGE_SIZE,
				    KVM_MEMORY_EXIT_FLAG_PRIVATE);
		vcpu_call_done(self->vcpu, guest_check_pages, slot->gpa, 1, PAGE_SHARED, 1);
		vcpu_call_done(self->vcpu, guest_check_pages, gpa + PAGE_SIZE, 2, PAGE_SHARED, 1);

		mem_attrs_set_shared(self->vm, gpa, PAGE_SIZE);
		vcpu_call_done(self->vcpu, guest_check_pages, slot->gpa, NR_PAGES, PAGE_SHARED, 1);
	}
}

/*
 * EXIT-1: the attribute outlives the slot; so the access is no MMIO then. Red:
 * mutants exit-noslot-private-mmio, attr-store-beyond.
 */
TEST_F(memory_fault, private_page_of_deleted_slot_faults)
{
	struct memslot *slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, MEMSLOT_GMEM);
	u64 gpa = slot->gpa + PAGE_SIZE;

	mem_attrs_set_private(self->vm, gpa, PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_fill_pages, slot->gpa, NR_PAGES, PAGE_PRIVATE, 1);
	memslot_delete(slot);

	vcpu_call(self->vcpu, guest_read_u64, gpa);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), gpa, PAGE_SIZE, KVM_MEMORY_EXIT_FLAG_PRIVATE);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), gpa, PAGE_SIZE, KVM_MEMORY_EXIT_FLAG_PRIVATE);

	/* The rest of the slot was shared: there, no memory means MMIO. */
	vcpu_call(self->vcpu, guest_read_u64, gpa + PAGE_SIZE);
	EXPECT_EXIT(0, KVM_EXIT_MMIO, vcpu_run(self->vcpu));
}

/* EXIT-1: the attribute may be older than the slot. Red: mutant exit-private-falls-to-hva. */
TEST_F(memory_fault, private_set_before_plain_slot_faults)
{
	mem_attrs_set_private(self->vm, TEST_GPA, PAGE_SIZE);
	memslot_add(self->vm, TEST_GPA, SLOT_SIZE, 0);
	vcpu_call(self->vcpu, guest_write_u64, TEST_GPA, 1);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), TEST_GPA, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
}

/*
 * EXIT-1: the size is that of a base page even where a huge page was mapped.
 * Red: mutants attr-no-zap, attr-store-beyond.
 */
TEST_F(memory_fault, private_page_in_huge_page_faults_alone)
{
	u64 gpa = TEST_GPA + 5 * PAGE_SIZE;
	struct memslot *slot;

	REQUIRE(backing_available(BACKING_THP, SZ_2M), "no transparent huge pages");
	slot = memslot_add_backed(self->vm, TEST_GPA, SZ_2M, 0, BACKING_THP);
	memset(slot->hva, 0x3c, slot->size);
	vcpu_call_done(self->vcpu, guest_read_u64, TEST_GPA);

	mem_attrs_set_private(self->vm, gpa, PAGE_SIZE);
	vcpu_call(self->vcpu, guest_write_u64, gpa, 1);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), gpa, PAGE_SIZE, KVM_MEMORY_EXIT_FLAG_PRIVATE);
	vcpu_call_done(self->vcpu, guest_touch_pages, TEST_GPA, 5);
	vcpu_call_done(self->vcpu, guest_touch_pages, gpa + PAGE_SIZE, SZ_2M / PAGE_SIZE - 6);
	EXPECT_FILLED(0x3c, slot->hva, slot->size);
}

/*
 * EXIT-1: kvm_run is each vCPU's own. Red: mutants exit-private-falls-to-hva,
 * exit-mf-skips-insn.
 */
TEST_F(memory_fault, each_vcpu_reports_its_own_fault)
{
	struct vcpu *second = vcpu_create(self->vm);
	struct memslot *slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, 0);
	int round;

	mem_attrs_set_private(self->vm, slot->gpa, slot->size);
	vcpu_call(self->vcpu, guest_read_u64, slot->gpa);
	vcpu_call(second, guest_write_u64, slot->gpa + 2 * PAGE_SIZE, 1);
	for (round = 0; round < 2; round++) {
		EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), slot->gpa, PAGE_SIZE,
				    KVM_MEMORY_EXIT_FLAG_PRIVATE);
		EXPECT_MEMORY_FAULT(vcpu_run(second), slot->gpa + 2 * PAGE_SIZE, PAGE_SIZE,
				    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	}

	/* Freeing one page lets one vCPU go on. */
	mem_attrs_set_shared(self->vm, slot->gpa + 2 * PAGE_SIZE, PAGE_SIZE);
	EXPECT_GUEST_DONE(vcpu_run(second));
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), slot->gpa, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
}

/*
 * EXIT-1: a slot whose shared side is a guest_memfd too faults on both sides
 * once the file is gone, and the flag tells them apart. Files of that kind exist
 * since 6.18. Red: mutants exit-mf-always-private, exit-mf-no-private-flag.
 */
TEST_F(memory_fault, closed_file_of_both_sides_faults_on_the_side_accessed)
{
	int fd;

	REQUIRE(gmem_supported_flags(self->vm) & GUEST_MEMFD_FLAG_MMAP,
		"no mmap-able guest_memfd");
	fd = gmem_create(self->vm, SLOT_SIZE, GUEST_MEMFD_FLAG_MMAP);
	memslot_add_gmem(self->vm, TEST_GPA, SLOT_SIZE, fd, 0);
	mem_attrs_set_private(self->vm, TEST_GPA + PAGE_SIZE, PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_PRIVATE, 1);
	close(fd);

	vcpu_call(self->vcpu, guest_read_u64, TEST_GPA);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), TEST_GPA, PAGE_SIZE, 0);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), TEST_GPA, PAGE_SIZE, 0);
	vcpu_call(self->vcpu, guest_read_u64, TEST_GPA + PAGE_SIZE);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), TEST_GPA + PAGE_SIZE, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	vcpu_call(self->vcpu, guest_write_u64, TEST_GPA + 2 * PAGE_SIZE, 1);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), TEST_GPA + 2 * PAGE_SIZE, PAGE_SIZE, 0);
}

/*
 * EXIT-1: the same without private memory: MEMORY_FAULT is no matter of VM type.
 * Red: mutants exit-mf-always-private, exit-mf-gpa-not-aligned.
 */
TEST(default_vm_with_closed_shared_file_faults)
{
	struct vm *vm = vm_create(VM_TYPE_DEFAULT);
	struct vcpu *vcpu = vcpu_create(vm);
	int fd;

	REQUIRE_KVM_OF_THE_TREE();
	REQUIRE((gmem_supported_flags(vm) & GMEM_SHARED_FLAGS) == GMEM_SHARED_FLAGS,
		"no shared guest_memfd");
	fd = gmem_create(vm, SLOT_SIZE, GMEM_SHARED_FLAGS);
	memslot_add_gmem(vm, TEST_GPA, SLOT_SIZE, fd, 0);
	vcpu_call_done(vcpu, guest_write_u64, TEST_GPA, 1);
	close(fd);

	vcpu_call(vcpu, guest_write_u64, TEST_GPA + 8, 1);
	EXPECT_MEMORY_FAULT(vcpu_run(vcpu), TEST_GPA, PAGE_SIZE, 0);
	EXPECT_MEMORY_FAULT(vcpu_run(vcpu), TEST_GPA, PAGE_SIZE, 0);
	vm_free(vm);
}

GMEM_TEST_MAIN
