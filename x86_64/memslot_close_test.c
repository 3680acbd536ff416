// SPDX-License-Identifier: GPL-2.0
/*
 * Closing a guest_memfd that is bound to a live slot: the private side is gone,
 * for good; the shared side, the VM and the slot's id are not.
 *
 * They run on any machine: close() has released the file when it returns, and here it
 * has returned before the slot is touched. What kernels before 6.18 do not survive
 * is a slot that is deleted meanwhile: memslot_race_test, not on a user's machine.
 */
#include <sys/mman.h>
#include <unistd.h>

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
#define MAPPED_GPA	TEST_GPA			/* by the guest, before close */
#define UNMAPPED_GPA	(TEST_GPA + SLOT_SIZE - PAGE_SIZE)
#define ELSEWHERE	(TEST_GPA + SZ_4M)
#define GEN		5

FIXTURE(memslot_close) {
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
	int gmem;
};

/* All but the last page is filled by both sides; nobody has touched that one. */
FIXTURE_SETUP(memslot_close)
{
	u64 i;

	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->gmem = gmem_create(self->vm, SLOT_SIZE, 0);
	self->slot = memslot_add_gmem(self->vm, TEST_GPA, SLOT_SIZE, self->gmem, 0);
	mem_attrs_set_private(self->vm, TEST_GPA, SLOT_SIZE);
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PAGES - 1, PAGE_PRIVATE, GEN);
	for (i = 0; i < NR_PAGES; i++)
		page_pattern_fill((char *)self->slot->hva + i * PAGE_SIZE, PAGE_SHARED,
				  (TEST_GPA >> PAGE_SHIFT) + i, GEN);
}

FIXTURE_TEARDOWN(memslot_close)
{
	vm_free(self->vm);
}

/* A private page without memory, however often it is tried. */
#define EXPECT_NO_PRIVATE_MEMORY(gpa)						\
	do {									\
		vcpu_call(self->vcpu, guest_read_u64, gpa);			\
		EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), gpa, PAGE_SIZE,	\
				    KVM_MEMORY_EXIT_FLAG_PRIVATE);		\
		EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), gpa, PAGE_SIZE,	\
				    KVM_MEMORY_EXIT_FLAG_PRIVATE);		\
		vcpu_call(self->vcpu, guest_write_u64, gpa, 1);			\
		EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), gpa, PAGE_SIZE,	\
				    KVM_MEMORY_EXIT_FLAG_PRIVATE);		\
	} while (0)

#define EXPECT_PRIVATE_DATA()							\
	do {									\
		vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, NR_PAGES - 1, \
			  PAGE_PRIVATE, GEN);					\
		EXPECT_GUEST_DONE(vcpu_run(self->vcpu));			\
	} while (0)

/*
 * BIND-8: pages that the guest had mapped are taken from it, and those that it had
 * not are not found. Red: mutant bind-close-leaves-mappings (mapped), mutant
 * bind-leak-file (both).
 */
TEST_F(memslot_close, private_access_exits_with_memory_fault)
{
	EXPECT_PRIVATE_DATA();
	close(self->gmem);
	EXPECT_NO_PRIVATE_MEMORY(MAPPED_GPA);
	EXPECT_NO_PRIVATE_MEMORY(UNMAPPED_GPA);
	EXPECT_NO_PRIVATE_MEMORY(MAPPED_GPA + PAGE_SIZE);
}

/*
 * BIND-8: the guest goes on with the shared side, whole and untouched; what becomes
 * private again has no memory. Red: mutant bind-shared-from-gmem.
 */
TEST_F(memslot_close, conversion_to_shared_recovers)
{
	close(self->gmem);
	vcpu_call(self->vcpu, guest_read_u64, MAPPED_GPA);
	ASSERT_MEMORY_FAULT(vcpu_run(self->vcpu), MAPPED_GPA, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);

	/* The interrupted read is done again, and ends with the shared word. */
	mem_attrs_set_shared(self->vm, TEST_GPA, SLOT_SIZE);
	EXPECT_GUEST_RETURNED(page_pattern_word(PAGE_SHARED, MAPPED_GPA >> PAGE_SHIFT, GEN, 0),
			      vcpu_run(self->vcpu));
	vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, GEN);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));

	mem_attrs_set_private(self->vm, UNMAPPED_GPA, PAGE_SIZE);
	EXPECT_NO_PRIVATE_MEMORY(UNMAPPED_GPA);
	vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, NR_PAGES - 1, PAGE_SHARED, GEN);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

/*
 * BIND-8: the slot is deleted like any other, and its id and gpa take a new file,
 * which is empty. Red: mutant bind-leak-file (the old data are there).
 */
TEST_F(memslot_close, slot_can_be_deleted_and_made_anew)
{
	int again = gmem_create(self->vm, SLOT_SIZE, 0);
	void *hva = backing_map(BACKING_ANON, SLOT_SIZE);
	u32 id = self->slot->id;

	close(self->gmem);
	memslot_delete(self->slot);
	ASSERT_OK(__memslot_set2(self->vm, id, KVM_MEM_GUEST_MEMFD, TEST_GPA, SLOT_SIZE, hva,
				 again, 0));
	vcpu_call(self->vcpu, guest_check_zero, TEST_GPA, NR_PAGES);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_PRIVATE, GEN + 1);
	vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, NR_PAGES, PAGE_PRIVATE, GEN + 1);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));

	close(again);
	EXPECT_NO_PRIVATE_MEMORY(MAPPED_GPA);
	EXPECT_OK(__memslot_set1(self->vm, id, 0, 0, 0, NULL));
}

/*
 * BIND-8: while the dead slot lives, it keeps its gpas and nobody else's memory: a
 * second file works elsewhere. Red: mutant bind-close-all-files.
 */
TEST_F(memslot_close, other_files_are_not_affected)
{
	int second = gmem_create(self->vm, SLOT_SIZE, 0);
	struct memslot *s = memslot_add_gmem(self->vm, ELSEWHERE, SLOT_SIZE, second, 0);

	mem_attrs_set_private(self->vm, ELSEWHERE, SLOT_SIZE);
	vcpu_call_done(self->vcpu, guest_fill_pages, ELSEWHERE, NR_PAGES - 1, PAGE_PRIVATE, GEN);
	close(self->gmem);

	EXPECT_ERRNO(EEXIST, __memslot_set2(self->vm, s->id + 1, KVM_MEM_GUEST_MEMFD, TEST_GPA,
					    PAGE_SIZE, s->hva, second, 0));
	vcpu_call(self->vcpu, guest_check_pages, ELSEWHERE, NR_PAGES - 1, PAGE_PRIVATE, GEN);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	vcpu_call(self->vcpu, guest_check_zero, ELSEWHERE + SLOT_SIZE - PAGE_SIZE, 1);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	EXPECT_NO_PRIVATE_MEMORY(MAPPED_GPA);
	close(second);
}

/*
 * BIND-8: the last reference counts: a second descriptor keeps the private side.
 * Red: mutant bind-release-on-flush.
 */
TEST_F(memslot_close, duplicate_descriptor_defers_release)
{
	int copy = dup(self->gmem);

	ASSERT_LE(0, copy);
	close(self->gmem);
	EXPECT_PRIVATE_DATA();
	vcpu_call(self->vcpu, guest_check_zero, UNMAPPED_GPA, 1);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	close(copy);
	EXPECT_NO_PRIVATE_MEMORY(MAPPED_GPA);
	EXPECT_NO_PRIVATE_MEMORY(UNMAPPED_GPA);
}

/*
 * BIND-8: so does a mapping, which need not be accessible, and may be of other
 * pages. Since 6.18. Red: mutant bind-release-on-flush.
 */
TEST_F(memslot_close, live_mapping_defers_release)
{
	int mappable;
	void *map;

	REQUIRE(gmem_supported_flags(self->vm) & GUEST_MEMFD_FLAG_MMAP,
		"guest_memfd cannot be mapped before 6.18");
	mappable = gmem_create(self->vm, 2 * SLOT_SIZE, GUEST_MEMFD_FLAG_MMAP);
	memslot_delete(self->slot);
	memslot_add_gmem(self->vm, TEST_GPA, SLOT_SIZE, mappable, 0);
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PAGES - 1, PAGE_PRIVATE, GEN);

	map = gmem_mmap(mappable, SLOT_SIZE, PAGE_SIZE);
	close(mappable);
	EXPECT_PRIVATE_DATA();
	vcpu_call(self->vcpu, guest_check_zero, UNMAPPED_GPA, 1);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	ASSERT_EQ(0, munmap(map, PAGE_SIZE));
	EXPECT_NO_PRIVATE_MEMORY(MAPPED_GPA);
	EXPECT_NO_PRIVATE_MEMORY(UNMAPPED_GPA);
}

GMEM_TEST_MAIN
