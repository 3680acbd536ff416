// SPDX-License-Identifier: GPL-2.0
/*
 * As many slots as a VMM with a slot per page would have, on one file, up to as
 * many as there are slot numbers.
 */
#include <unistd.h>

#include "gmem.h"
#include "guest_image.h"
#include "guest_mem.h"
#include "guest_mmu.h"
#include "harness.h"
#include "kernel_version.h"
#include "long_run.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "page_pattern.h"
#include "rng.h"
#include "vcpu.h"
#include "vm.h"

#define NR_SLOTS	1000
#define LINEAR_GPA	(TEST_GPA + 8 * SZ_1M)
#define GEN		2

FIXTURE(memslot_many) {
	struct vm *vm;
	struct vcpu *vcpu;
	char *hva;
	int gmem;
};

/* Slot @i maps page @i of the guest's memory and this one of the file. */
static u64 file_page(u64 i)
{
	return (7 * i + 3) % NR_SLOTS;
}

static u64 page_gpa(u64 i)
{
	return TEST_GPA + i * PAGE_SIZE;
}

static int bind_page(FIXTURE_DATA(memslot_many) * self, u32 id, u64 i)
{
	return __memslot_set2(self->vm, id, KVM_MEM_GUEST_MEMFD, page_gpa(i), PAGE_SIZE,
			      self->hva + i * PAGE_SIZE, self->gmem, file_page(i) * PAGE_SIZE);
}

static int delete(FIXTURE_DATA(memslot_many) * self, u32 id)
{
	return __memslot_set1(self->vm, id, 0, 0, 0, NULL);
}

FIXTURE_SETUP(memslot_many)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->hva = backing_map(BACKING_ANON, NR_SLOTS * PAGE_SIZE);
	self->gmem = gmem_create(self->vm, NR_SLOTS * PAGE_SIZE, 0);
	guest_mmu_map_identity(self->vm, TEST_GPA, NR_SLOTS * PAGE_SIZE);
	mem_attrs_set_private(self->vm, TEST_GPA, NR_SLOTS * PAGE_SIZE);
}

FIXTURE_TEARDOWN(memslot_many)
{
	vm_free(self->vm);
}

/* The guest's copy says which slots are gone. */
static bool is_deleted[NR_SLOTS];

static void guest_check_survivors(void)
{
	u64 i;

	for (i = 0; i < NR_SLOTS; i++)
		if (!is_deleted[i])
			guest_check_pages(page_gpa(i), 1, PAGE_PRIVATE, GEN);
}

/* The file in its own order: each page is of its slot. */
static void guest_check_file_order(void)
{
	u64 i, gpa, expected, found;

	for (i = 0; i < NR_SLOTS; i++) {
		gpa = LINEAR_GPA + file_page(i) * PAGE_SIZE;
		expected = page_pattern_word(PAGE_PRIVATE, page_gpa(i) >> PAGE_SHIFT, GEN, 0);
		found = guest_read_u64(gpa);
		GUEST_ASSERT_MSG(found == expected, "file page %llu: %#llx, not %#llx",
				 file_page(i), found, expected);
	}
}

static void shuffle(u32 *ids, u32 nr)
{
	struct rng rng;
	u32 i, j, id;

	rng_init(&rng, rng_seed(), 0);
	for (i = 0; i < nr; i++)
		ids[i] = i;
	for (i = nr - 1; i; i--) {
		j = rng_below(&rng, i + 1);
		id = ids[i];
		ids[i] = ids[j];
		ids[j] = id;
	}
}

/*
 * BIND-10: a thousand slots of one page, deleted in random order: those that are
 * left keep their pages, those that are gone have none, and the file has it all.
 * Red: mutant bind-index-no-pgoff, mutant bind-index-reversed.
 */
TEST_F(memslot_many, slots_of_one_page_come_and_go_alone)
{
	bool *gone = guest_var(self->vm, &is_deleted[0]);
	u32 order[NR_SLOTS], i;

	for (i = 0; i < NR_SLOTS; i++)
		ASSERT_OK(bind_page(self, i + 1, i));
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_SLOTS, PAGE_PRIVATE, GEN);

	shuffle(order, NR_SLOTS);
	for (i = 0; i < NR_SLOTS; i++) {
		ASSERT_OK(delete(self, order[i] + 1));
		gone[order[i]] = true;
		if (i % (NR_SLOTS / 4))
			continue;
		vcpu_call(self->vcpu, guest_check_survivors);
		EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
		vcpu_call(self->vcpu, guest_read_u64, page_gpa(order[i]));
		EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), page_gpa(order[i]), PAGE_SIZE,
				    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	}

	memslot_add_gmem(self->vm, LINEAR_GPA, NR_SLOTS * PAGE_SIZE, self->gmem, 0);
	mem_attrs_set_private(self->vm, LINEAR_GPA, NR_SLOTS * PAGE_SIZE);
	vcpu_call(self->vcpu, guest_check_file_order);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

/*
 * BIND-10: slot numbers end at KVM_CAP_NR_MEMSLOTS, 32767 less the three that KVM
 * keeps for itself on x86, and the last one works like any.
 * Red: mutant bind-internal-slots.
 */
TEST_F(memslot_many, slot_numbers_end_below_those_of_kvm)
{
	const u32 nr = 32764;
	const u32 beyond[] = { nr, nr + 1, nr + 2, nr + 3, 0xffff };
	size_t i;

	EXPECT_EQ(nr, vm_cap(self->vm, KVM_CAP_NR_MEMSLOTS));
	for (i = 0; i < ARRAY_SIZE(beyond); i++) {
		EXPECT_ERRNO(EINVAL, bind_page(self, beyond[i], 0)) {
			TH_LOG("slot %u", beyond[i]);
		}
		EXPECT_ERRNO(EINVAL, delete(self, beyond[i])) {
			TH_LOG("slot %u", beyond[i]);
		}
	}
	EXPECT_OK(bind_page(self, nr - 1, 0));
	EXPECT_OK(bind_page(self, nr - 2, 1));
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, 2, PAGE_PRIVATE, GEN);
	vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, 2, PAGE_PRIVATE, GEN);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	EXPECT_OK(delete(self, nr - 1));
	EXPECT_OK(delete(self, nr - 2));
}

/* As many as there are numbers; the file in reverse, the shared side one page. */
#define MAX_SLOTS	32764

static u64 reversed_page(u64 i)
{
	return MAX_SLOTS - 1 - i;
}

static void guest_fill_samples(u64 step)
{
	u64 i;

	for (i = 0; i < MAX_SLOTS; i += step)
		guest_fill_pages(page_gpa(i), 1, PAGE_PRIVATE, GEN);
}

static void guest_check_samples(u64 step)
{
	u64 i;

	for (i = 0; i < MAX_SLOTS; i += step)
		guest_check_pages(page_gpa(i), 1, PAGE_PRIVATE, GEN);
}

static int bind_reversed(FIXTURE_DATA(memslot_many) * self, int gmem, u32 id, u64 i)
{
	return __memslot_set2(self->vm, id, KVM_MEM_GUEST_MEMFD, page_gpa(i), PAGE_SIZE,
			      self->hva, gmem, reversed_page(i) * PAGE_SIZE);
}

/*
 * BIND-10: every slot number in use at once (in a long run; otherwise every 64th and
 * the last), slot 0 being the guest's program. One of them is taken away and comes
 * back, and the VM ends with all of them there.
 * Red: mutant bind-index-no-pgoff, mutant bind-internal-slots.
 */
TEST_F(memslot_many, every_slot_number_is_in_use_at_once)
{
	const u64 stride = long_run(1, 64), step = 512, victim = 31 * step;
	int gmem;
	u64 i;

	REQUIRE(kernel_at_least(7, 2), "so many slots take minutes before 7.2");
	gmem = gmem_create(self->vm, MAX_SLOTS * PAGE_SIZE, 0);
	guest_mmu_map_identity(self->vm, TEST_GPA, MAX_SLOTS * PAGE_SIZE);
	mem_attrs_set_private(self->vm, TEST_GPA, MAX_SLOTS * PAGE_SIZE);
	for (i = stride; i < MAX_SLOTS - 1; i += stride)
		ASSERT_OK(bind_reversed(self, gmem, i, i));
	ASSERT_OK(bind_reversed(self, gmem, MAX_SLOTS - 1, MAX_SLOTS - 1));
	EXPECT_ERRNO(EINVAL, bind_reversed(self, gmem, MAX_SLOTS, 0));
	/* Page 0 has no slot yet: it takes over the last one's number. */
	EXPECT_OK(delete(self, MAX_SLOTS - 1));
	EXPECT_OK(bind_reversed(self, gmem, MAX_SLOTS - 1, 0));

	vcpu_call_done(self->vcpu, guest_fill_samples, step);
	vcpu_call_done(self->vcpu, guest_check_samples, step);
	EXPECT_OK(delete(self, victim));
	vcpu_call(self->vcpu, guest_check_samples, step);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), page_gpa(victim), PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	EXPECT_OK(bind_reversed(self, gmem, victim, victim));
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	close(gmem);
}

GMEM_TEST_MAIN
