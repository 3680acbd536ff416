// SPDX-License-Identifier: GPL-2.0
/*
 * Guest-physical addresses without a slot: shared ones are MMIO, private ones
 * are not, since there is no device that could see what a guest keeps private.
 * arch/x86/kvm/mmu/mmu.c, kvm_handle_noslot_fault().
 */
#include "guest_mem.h"
#include "guest_mmu.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "page_pattern.h"
#include "vcpu.h"
#include "vm.h"

#define NO_SLOT_GPA	(TEST_GPA + SZ_2M)
/* Every 64-bit CPU has addresses of 36 bits; where there are no more, others are reserved. */
#define FAR_GPA		BIT_ULL(35)

FIXTURE(mmio_private)
{
	struct vm *vm;
	struct vcpu *vcpu;
};

FIXTURE_SETUP(mmio_private)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	guest_mmu_map_identity(self->vm, NO_SLOT_GPA, PAGE_SIZE);
	guest_mmu_map_identity(self->vm, FAR_GPA, PAGE_SIZE);
}

FIXTURE_TEARDOWN(mmio_private)
{
	vm_free(self->vm);
}

/* The call ends in MMIO at @gpa; the vCPU is left there. NULL, or what was wrong. */
static const char *run_to_mmio(struct vcpu *vcpu, u64 gpa, bool is_write)
{
	struct vm_exit exit = vcpu_run(vcpu);
	const char *why = expect_exit(0, KVM_EXIT_MMIO, exit);

	if (!why && (exit.mmio.gpa != gpa || exit.mmio.is_write != is_write || exit.mmio.len != 8))
		return vm_exit_str(&exit);
	return why;
}

#define EXPECT_MMIO(vcpu, gpa, is_write) \
	__EXPECT_NO_COMPLAINT(run_to_mmio(vcpu, gpa, is_write), 0)

/* The guest finds no slot, so that KVM caches the page as MMIO. */
static const char *cache_mmio(struct vcpu *vcpu, u64 gpa)
{
	const char *why;

	vcpu_call(vcpu, guest_write_u64, gpa, 1);
	why = run_to_mmio(vcpu, gpa, true);
	return why ? why : expect_guest_done(vcpu_run(vcpu));
}

#define ASSERT_CACHED_MMIO(vcpu, gpa) __EXPECT_NO_COMPLAINT(cache_mmio(vcpu, gpa), 1)

/*
 * EXIT-4: the attribute alone decides, before anything was ever accessed there.
 * Red: mutants exit-noslot-private-mmio, exit-mf-gpa-not-aligned.
 */
TEST_F(mmio_private, private_access_without_slot_faults)
{
	const u64 gpas[] = { NO_SLOT_GPA, FAR_GPA };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gpas); i++) {
		mem_attrs_set_private(self->vm, gpas[i], PAGE_SIZE);
		vcpu_call(self->vcpu, guest_read_u64, gpas[i] + 8);
		EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), gpas[i], PAGE_SIZE,
				    KVM_MEMORY_EXIT_FLAG_PRIVATE);
		EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), gpas[i], PAGE_SIZE,
				    KVM_MEMORY_EXIT_FLAG_PRIVATE);
		vcpu_call(self->vcpu, guest_write_u64, gpas[i] + 8, 1);
		EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), gpas[i], PAGE_SIZE,
				    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	}
}

/*
 * EXIT-4: the other side of the coin, and what userspace answers arrives. Red:
 * mutant exit-noslot-always-faults.
 */
TEST_F(mmio_private, shared_access_without_slot_is_mmio)
{
	vcpu_call(self->vcpu, guest_write_u64, NO_SLOT_GPA, 1);
	EXPECT_MMIO(self->vcpu, NO_SLOT_GPA, true);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));

	vcpu_call(self->vcpu, guest_read_u64, NO_SLOT_GPA + 8);
	EXPECT_MMIO(self->vcpu, NO_SLOT_GPA + 8, false);
	*(u64 *)self->vcpu->run->mmio.data = 0x0123456789abcdefULL;
	EXPECT_GUEST_RETURNED(0x0123456789abcdefULL, vcpu_run(self->vcpu));
}

/*
 * EXIT-4: a private page that faulted becomes MMIO when it becomes shared. Red:
 * mutants exit-noslot-always-faults, exit-mf-skips-insn.
 */
TEST_F(mmio_private, private_fault_without_slot_becomes_mmio_when_shared)
{
	mem_attrs_set_private(self->vm, NO_SLOT_GPA, PAGE_SIZE);
	vcpu_call(self->vcpu, guest_write_u64, NO_SLOT_GPA, 1);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), NO_SLOT_GPA, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	mem_attrs_set_shared(self->vm, NO_SLOT_GPA, PAGE_SIZE);
	EXPECT_MMIO(self->vcpu, NO_SLOT_GPA, true);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

/*
 * EXIT-4: MMIO that was cached for one page says nothing about the next. Red:
 * mutants exit-noslot-always-faults, exit-mf-access-flags.
 */
TEST_F(mmio_private, private_page_beside_cached_mmio_faults)
{
	ASSERT_CACHED_MMIO(self->vcpu, NO_SLOT_GPA);
	mem_attrs_set_private(self->vm, NO_SLOT_GPA + PAGE_SIZE, PAGE_SIZE);
	vcpu_call(self->vcpu, guest_write_u64, NO_SLOT_GPA + PAGE_SIZE, 1);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), NO_SLOT_GPA + PAGE_SIZE, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	vcpu_call(self->vcpu, guest_write_u64, NO_SLOT_GPA, 1);
	EXPECT_MMIO(self->vcpu, NO_SLOT_GPA, true);
}

/*
 * EXIT-4, BUG-3: the page was MMIO when it was shared, and KVM keeps that in its
 * page tables: nothing zaps it, because there is no slot, when it is made
 * private. Red: Linux 7.3 and 6.12.
 */
TEST_F(mmio_private, cached_mmio_made_private_faults)
{
	ASSERT_CACHED_MMIO(self->vcpu, NO_SLOT_GPA);
	mem_attrs_set_private(self->vm, NO_SLOT_GPA, PAGE_SIZE);
	vcpu_call(self->vcpu, guest_write_u64, NO_SLOT_GPA, 1);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), NO_SLOT_GPA, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
}

/*
 * EXIT-4: a slot that comes to where MMIO was cached is used at once, on the
 * side that the attribute says. A stale MMIO entry is found by a reserved-bit
 * fault, which KVM takes for a shared access whatever the attribute: up to 7.3
 * the vCPU gets KVM_EXIT_MEMORY_FAULT without the private flag, for ever. Red:
 * Linux 7.3 and 6.12.
 */
TEST_F(mmio_private, private_slot_over_cached_mmio_is_used_at_once)
{
	struct memslot *slot;

	ASSERT_CACHED_MMIO(self->vcpu, NO_SLOT_GPA);
	mem_attrs_set_private(self->vm, NO_SLOT_GPA, PAGE_SIZE);
	slot = memslot_add(self->vm, NO_SLOT_GPA, 2 * PAGE_SIZE, MEMSLOT_GMEM);
	vcpu_call(self->vcpu, guest_fill_pages, NO_SLOT_GPA, 1, PAGE_PRIVATE, 1);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	EXPECT_FILLED(0, slot->hva, slot->size);
}

/*
 * EXIT-4: the same bug in the order in which memory is plugged into a machine.
 * Red: Linux 7.3 and 6.12.
 */
TEST_F(mmio_private, slot_over_cached_mmio_may_become_private)
{
	struct memslot *slot;

	ASSERT_CACHED_MMIO(self->vcpu, NO_SLOT_GPA);
	slot = memslot_add(self->vm, NO_SLOT_GPA, 2 * PAGE_SIZE, MEMSLOT_GMEM);
	mem_attrs_set_private(self->vm, NO_SLOT_GPA, PAGE_SIZE);
	vcpu_call(self->vcpu, guest_fill_pages, NO_SLOT_GPA, 1, PAGE_PRIVATE, 1);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	EXPECT_FILLED(0, slot->hva, slot->size);
}

/* EXIT-4: a shared access in between replaces what was cached. Red: mutant attr-no-zap. */
TEST_F(mmio_private, slot_over_cached_mmio_works_after_a_shared_access)
{
	struct memslot *slot;

	ASSERT_CACHED_MMIO(self->vcpu, NO_SLOT_GPA);
	slot = memslot_add(self->vm, NO_SLOT_GPA, 2 * PAGE_SIZE, MEMSLOT_GMEM);
	vcpu_call_done(self->vcpu, guest_read_u64, NO_SLOT_GPA);
	mem_attrs_set_private(self->vm, NO_SLOT_GPA, PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_fill_pages, NO_SLOT_GPA, 1, PAGE_PRIVATE, 1);
	vcpu_call_done(self->vcpu, guest_check_pages, NO_SLOT_GPA, 1, PAGE_PRIVATE, 1);
	EXPECT_FILLED(0, slot->hva, slot->size);

	/* And without the slot the page is still private, no MMIO. */
	memslot_delete(slot);
	vcpu_call(self->vcpu, guest_read_u64, NO_SLOT_GPA);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), NO_SLOT_GPA, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
}

/*
 * EXIT-4: a private range over two slots with a hole between them. Red: mutant
 * exit-noslot-private-mmio.
 */
TEST_F(mmio_private, hole_in_private_range_faults)
{
	const u64 hole = TEST_GPA + 2 * PAGE_SIZE;

	memslot_add(self->vm, TEST_GPA, 2 * PAGE_SIZE, MEMSLOT_GMEM);
	memslot_add(self->vm, hole + PAGE_SIZE, 2 * PAGE_SIZE, MEMSLOT_GMEM);
	mem_attrs_set_private(self->vm, TEST_GPA, 5 * PAGE_SIZE);

	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, 2, PAGE_PRIVATE, 1);
	vcpu_call(self->vcpu, guest_fill_pages, TEST_GPA, 5, PAGE_PRIVATE, 2);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), hole, PAGE_SIZE, KVM_MEMORY_EXIT_FLAG_PRIVATE);
	memslot_add(self->vm, hole, PAGE_SIZE, MEMSLOT_GMEM);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	vcpu_call_done(self->vcpu, guest_check_pages, TEST_GPA, 5, PAGE_PRIVATE, 2);
}

GMEM_TEST_MAIN
