// SPDX-License-Identifier: GPL-2.0
/*
 * Allocation and holes as a guest sees them that uses the memory as private: one
 * or more slots on one file, at offsets that are not their guest addresses.
 */
#include <unistd.h>

#include "harness.h"
#include "gmem.h"
#include "guest_mem.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "page_pattern.h"
#include "stats.h"
#include "vcpu.h"
#include "vm.h"

#define NR_PAGES	16
#define SIZE		(NR_PAGES * PAGE_SIZE)
#define FILE_OFFSET	(3 * PAGE_SIZE)
#define GPA		(TEST_GPA + 5 * PAGE_SIZE)

FIXTURE(punch_hole) {
	struct vm *vm;
	struct vcpu *vcpu;
	int fd;
	char *hva;
};

FIXTURE_VARIANT(punch_hole) {
	u64 nr_slots;
};

FIXTURE_VARIANT_ADD(punch_hole, one_slot) {
	.nr_slots = 1,
};

FIXTURE_VARIANT_ADD(punch_hole, two_slots) {
	.nr_slots = 2,
};

FIXTURE_VARIANT_ADD(punch_hole, slot_per_page) {
	.nr_slots = NR_PAGES,
};

FIXTURE_SETUP(punch_hole)
{
	u64 slot_size = SIZE / variant->nr_slots, at, i;

	self->fd = -1;
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->fd = gmem_create(self->vm, FILE_OFFSET + SIZE + PAGE_SIZE, 0);
	self->hva = backing_map(BACKING_ANON, SIZE);
	/* From the top down: slots know their place in the file, not their number. */
	for (at = SIZE; at; ) {
		at -= slot_size;
		memslot_add_hva(self->vm, GPA + at, slot_size, self->hva + at, self->fd,
				FILE_OFFSET + at);
	}
	mem_attrs_set_private(self->vm, GPA, SIZE);
	for (i = 0; i < NR_PAGES; i++)
		page_pattern_fill(self->hva + i * PAGE_SIZE, PAGE_SHARED, GPA / PAGE_SIZE + i, 0);
}

FIXTURE_TEARDOWN(punch_hole)
{
	if (self->fd >= 0)
		close(self->fd);
	vm_free(self->vm);
}

/* Pages are counted from the start of the slots; both ends of the same page. */
static void punch_pages(int fd, u64 first, u64 nr)
{
	gmem_punch_hole(fd, FILE_OFFSET + first * PAGE_SIZE, nr * PAGE_SIZE);
}

static void allocate_pages(int fd, u64 first, u64 nr)
{
	gmem_allocate(fd, FILE_OFFSET + first * PAGE_SIZE, nr * PAGE_SIZE);
}

static void guest_fill(struct vcpu *vcpu, u64 first, u64 nr, u64 gen)
{
	vcpu_call_done(vcpu, guest_fill_pages, GPA + first * PAGE_SIZE, nr, PAGE_PRIVATE, gen);
}

static struct vm_exit guest_finds(struct vcpu *vcpu, u64 first, u64 nr, u64 gen)
{
	vcpu_call(vcpu, guest_check_pages, GPA + first * PAGE_SIZE, nr, PAGE_PRIVATE, gen);
	return vcpu_run(vcpu);
}

static struct vm_exit guest_finds_zero(struct vcpu *vcpu, u64 first, u64 nr)
{
	vcpu_call(vcpu, guest_check_zero, GPA + first * PAGE_SIZE, nr);
	return vcpu_run(vcpu);
}

/* The shared side is as the set-up left it. */
static bool shared_side_is_untouched(const char *hva)
{
	struct page_mismatch why;
	bool ok = true;
	u64 i;

	for (i = 0; i < NR_PAGES; i++)
		ok &= page_pattern_check(hva + i * PAGE_SIZE, PAGE_SHARED,
					 GPA / PAGE_SIZE + i, 0, &why);
	return ok;
}

/*
 * FALLOC-3: a page is cleared on its first use by the guest, not when it is
 * allocated. The pages come back dirty from the guest itself.
 * Red: mutant file-pfn-no-clear.
 */
TEST_F(punch_hole, allocated_page_reads_zero_at_first)
{
	u64 round;

	for (round = 1; round <= 3; round++) {
		allocate_pages(self->fd, 0, NR_PAGES);
		EXPECT_GUEST_DONE(guest_finds_zero(self->vcpu, 0, NR_PAGES));
		guest_fill(self->vcpu, 0, NR_PAGES, round);
		punch_pages(self->fd, 0, NR_PAGES);
	}
	EXPECT_GUEST_DONE(guest_finds_zero(self->vcpu, 0, NR_PAGES));
	EXPECT_TRUE(shared_side_is_untouched(self->hva));
}

/* FALLOC-3: allocating what the guest uses keeps its bytes. Red: mutant file-alloc-punches. */
TEST_F(punch_hole, allocation_keeps_what_the_guest_wrote)
{
	guest_fill(self->vcpu, 2, 12, 1);
	allocate_pages(self->fd, 0, NR_PAGES);
	allocate_pages(self->fd, 0, NR_PAGES);
	EXPECT_GUEST_DONE(guest_finds(self->vcpu, 2, 12, 1));
	EXPECT_GUEST_DONE(guest_finds_zero(self->vcpu, 0, 2));
	EXPECT_GUEST_DONE(guest_finds_zero(self->vcpu, 14, 2));
}

/*
 * FALLOC-4: the guest reads zero in the hole and its own bytes around it, for
 * holes at the first, the last and inner pages, within and across slots.
 * Red: mutant file-pfn-no-clear.
 */
TEST_F(punch_hole, punched_pages_read_zero_and_their_neighbours_stay)
{
	static const struct {
		u64 first, nr;
	} holes[] = {
		{ 0, 1 }, { NR_PAGES - 1, 1 }, { 7, 1 }, { 8, 1 }, { 6, 4 }, { 3, 11 },
		{ 0, NR_PAGES },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(holes); i++) {
		u64 first = holes[i].first, nr = holes[i].nr, end = first + nr;

		guest_fill(self->vcpu, 0, NR_PAGES, i);
		punch_pages(self->fd, first, nr);
		EXPECT_GUEST_DONE(guest_finds(self->vcpu, 0, first, i));
		EXPECT_GUEST_DONE(guest_finds_zero(self->vcpu, first, nr));
		EXPECT_GUEST_DONE(guest_finds(self->vcpu, end, NR_PAGES - end, i));
	}
	EXPECT_TRUE(shared_side_is_untouched(self->hva));
}

/*
 * FALLOC-4: what the file has outside of the slots is nothing to the guest. Red:
 * mutants file-punch-past-eof, punch-end-unbound.
 */
TEST_F(punch_hole, hole_beside_the_slots_takes_nothing)
{
	guest_fill(self->vcpu, 0, NR_PAGES, 1);
	gmem_punch_hole(self->fd, 0, FILE_OFFSET);
	gmem_punch_hole(self->fd, FILE_OFFSET + SIZE, SZ_1G);
	EXPECT_GUEST_DONE(guest_finds(self->vcpu, 0, NR_PAGES, 1));
}

/*
 * FALLOC-4: a hole that begins and ends outside takes all that is between. Red: mutant
 * file-punch-past-eof.
 */
TEST_F(punch_hole, hole_over_the_whole_file_takes_all_pages)
{
	guest_fill(self->vcpu, 0, NR_PAGES, 1);
	gmem_punch_hole(self->fd, 0, SZ_1G);
	EXPECT_GUEST_DONE(guest_finds_zero(self->vcpu, 0, NR_PAGES));
}

/*
 * FALLOC-5: only an access to a punched page faults again, each page once: the
 * mappings of the hole are gone, those around it are not.
 * Red: mutant file-punch-zap-slot.
 */
TEST_F(punch_hole, punched_pages_fault_again_and_no_others)
{
	u64 before;

	guest_fill(self->vcpu, 0, NR_PAGES, 1);
	before = kvm_stat_get(self->vcpu->fd, "pf_fixed");
	vcpu_call_done(self->vcpu, guest_touch_pages, GPA, NR_PAGES);
	EXPECT_EQ(before, kvm_stat_get(self->vcpu->fd, "pf_fixed"));

	punch_pages(self->fd, 6, 3);
	punch_pages(self->fd, 15, 1);
	vcpu_call_done(self->vcpu, guest_touch_pages, GPA, NR_PAGES);
	EXPECT_EQ(before + 4, kvm_stat_get(self->vcpu->fd, "pf_fixed"));
	vcpu_call_done(self->vcpu, guest_touch_pages, GPA, NR_PAGES);
	EXPECT_EQ(before + 4, kvm_stat_get(self->vcpu->fd, "pf_fixed"));
}

/*
 * FALLOC-5: the page is gone for every vCPU that had it, whoever faults first. Red:
 * mutant file-pfn-no-clear.
 */
TEST_F(punch_hole, no_vcpu_keeps_a_punched_page)
{
	struct vcpu *other = vcpu_create(self->vm);

	guest_fill(self->vcpu, 0, NR_PAGES, 1);
	EXPECT_GUEST_DONE(guest_finds(other, 0, NR_PAGES, 1));
	punch_pages(self->fd, 4, 2);
	EXPECT_GUEST_DONE(guest_finds_zero(other, 4, 2));
	EXPECT_GUEST_DONE(guest_finds_zero(self->vcpu, 4, 2));

	/* And both have the same page again. */
	guest_fill(self->vcpu, 4, 2, 2);
	EXPECT_GUEST_DONE(guest_finds(other, 4, 2, 2));
	EXPECT_GUEST_DONE(guest_finds(other, 0, 4, 1));
	EXPECT_GUEST_DONE(guest_finds(self->vcpu, 6, NR_PAGES - 6, 1));
}

/*
 * FALLOC-7: which side the guest gets is up to the attributes alone. (In an early
 * proposal allocating a page made it private, and a hole made it shared.)
 * Red: mutant file-alloc-makes-private.
 */
TEST_F(punch_hole, allocation_does_not_make_a_page_private)
{
	mem_attrs_set_shared(self->vm, GPA, SIZE);
	allocate_pages(self->fd, 0, NR_PAGES);
	vcpu_call(self->vcpu, guest_check_pages, GPA, NR_PAGES, PAGE_SHARED, 0);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));

	/* Mapped by now: allocating under the guest makes no difference either. */
	allocate_pages(self->fd, 0, NR_PAGES);
	vcpu_call(self->vcpu, guest_check_pages, GPA, NR_PAGES, PAGE_SHARED, 0);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	mem_attrs_set_private(self->vm, GPA, SIZE);
	EXPECT_GUEST_DONE(guest_finds_zero(self->vcpu, 0, NR_PAGES));
}

/*
 * FALLOC-7: nor does a hole make it shared: zeros are read, not the shared bytes. Red:
 * mutant file-punch-makes-shared.
 */
TEST_F(punch_hole, hole_does_not_make_a_page_shared)
{
	guest_fill(self->vcpu, 0, NR_PAGES, 1);
	punch_pages(self->fd, 0, NR_PAGES);
	EXPECT_GUEST_DONE(guest_finds_zero(self->vcpu, 0, NR_PAGES));
	guest_fill(self->vcpu, 0, NR_PAGES, 2);
	EXPECT_TRUE(shared_side_is_untouched(self->hva));
	EXPECT_GUEST_DONE(guest_finds(self->vcpu, 0, NR_PAGES, 2));
}

GMEM_TEST_MAIN
