// SPDX-License-Identifier: GPL-2.0
/*
 * A slot with a guest_memfd is immutable: it can be deleted and nothing else.
 * After each refusal slots and bindings are as they were and the guest finds the
 * slot's pages, not only where it has them mapped but also after the mappings are
 * gone; at the end of each case both sides of them, by conversions.
 */
#include <unistd.h>

#include "gmem.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "page_pattern.h"
#include "refusal.h"
#include "vcpu.h"
#include "vm.h"

#define SLOT_PAGES	4	/* the first half is private */
#define HALF		(SLOT_PAGES / 2)
#define SLOT_SIZE	(SLOT_PAGES * PAGE_SIZE)
#define SLOT_OFFSET	(2 * PAGE_SIZE)
#define FILE_SIZE	(4 * SLOT_SIZE)
#define FREE_OFFSET	(2 * SLOT_SIZE)
#define SHARED_GPA	(TEST_GPA + HALF * PAGE_SIZE)
#define ELSEWHERE	(TEST_GPA + SZ_4M)

FIXTURE(memslot_change) {
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
	int gmem;
	void *other_hva;
	struct refusal_watch *watch;
	u64 gen;
};

FIXTURE_SETUP(memslot_change)
{
	u64 i;

	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->gmem = gmem_create(self->vm, FILE_SIZE, 0);
	self->slot = memslot_add_gmem(self->vm, TEST_GPA, SLOT_SIZE, self->gmem, SLOT_OFFSET);
	self->other_hva = backing_map(BACKING_ANON, SLOT_SIZE);
	self->gen = 1;

	mem_attrs_set_private(self->vm, TEST_GPA, HALF * PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, HALF, PAGE_PRIVATE, self->gen);
	for (i = 0; i < SLOT_PAGES; i++)
		page_pattern_fill((char *)self->slot->hva + i * PAGE_SIZE, PAGE_SHARED,
				  (TEST_GPA >> PAGE_SHIFT) + i, self->gen);
	vcpu_call_done(self->vcpu, guest_check_pages, SHARED_GPA, HALF, PAGE_SHARED, self->gen);
	self->watch = refusal_watch_create(self->vm, (struct refusal_scope){
		.fd = self->gmem, .file_pages = FILE_SIZE / PAGE_SIZE,
		.gpa = TEST_GPA, .guest_pages = SLOT_PAGES + 2, .vcpu = self->vcpu,
	});
}

FIXTURE_TEARDOWN(memslot_change)
{
	if (self->watch)
		close(self->gmem);
	vm_free(self->vm);
	EXPECT_NOT_HELD(self->watch);
	refusal_watch_free(self->watch);
}

static int set1(FIXTURE_DATA(memslot_change) * self, u32 flags, u64 gpa)
{
	return __memslot_set1(self->vm, self->slot->id, flags, gpa, SLOT_SIZE, self->slot->hva);
}

static int set2(FIXTURE_DATA(memslot_change) * self, u32 flags, u64 gpa)
{
	return __memslot_set2(self->vm, self->slot->id, flags, gpa, SLOT_SIZE, self->slot->hva,
			      self->gmem, SLOT_OFFSET);
}

/* Both halves, as they are now and after each was converted there and back. */
static void expect_slot_works(struct __test_metadata *_metadata,
			      FIXTURE_DATA(memslot_change) * self)
{
	u64 size = HALF * PAGE_SIZE;
	int round;

	for (round = 0; round < 2; round++) {
		vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, HALF, PAGE_PRIVATE, self->gen);
		ASSERT_GUEST_DONE(vcpu_run(self->vcpu));
		vcpu_call(self->vcpu, guest_check_pages, SHARED_GPA, HALF, PAGE_SHARED, self->gen);
		ASSERT_GUEST_DONE(vcpu_run(self->vcpu));

		mem_attrs_set_shared(self->vm, TEST_GPA, size);
		vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, HALF, PAGE_SHARED, self->gen);
		ASSERT_GUEST_DONE(vcpu_run(self->vcpu));
		mem_attrs_set_private(self->vm, SHARED_GPA, size);
		vcpu_call(self->vcpu, guest_check_zero, SHARED_GPA, HALF);
		ASSERT_GUEST_DONE(vcpu_run(self->vcpu));

		mem_attrs_set_private(self->vm, TEST_GPA, size);
		mem_attrs_set_shared(self->vm, SHARED_GPA, size);
	}
}

/*
 * BIND-6: not even a change to what it is already. Red: mutant bind-change-gmem.
 */
TEST_F(memslot_change, setting_the_same_slot_again_is_refused)
{
	EXPECT_REFUSED(self->watch, EINVAL, set2(self, KVM_MEM_GUEST_MEMFD, TEST_GPA));
	expect_slot_works(_metadata, self);
}

/*
 * BIND-6: a plain slot can move, this one cannot, by either ioctl.
 * Red: mutant bind-change-gmem (with the flag).
 * Red: mutant bind-toggle-gmem, mutant refused-change-deletes (without).
 */
TEST_F(memslot_change, slot_cannot_move)
{
	const u64 gpas[] = { ELSEWHERE, TEST_GPA + PAGE_SIZE, TEST_GPA - SLOT_SIZE };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gpas); i++) {
		EXPECT_REFUSED(self->watch, EINVAL, set2(self, KVM_MEM_GUEST_MEMFD, gpas[i]));
		EXPECT_REFUSED(self->watch, EINVAL, set2(self, 0, gpas[i]));
		EXPECT_REFUSED(self->watch, EINVAL, set1(self, 0, gpas[i]));
	}
	expect_slot_works(_metadata, self);
}

/*
 * BIND-6: neither size, nor hva, nor file, nor offset. Red: mutant bind-change-gmem.
 */
TEST_F(memslot_change, ranges_cannot_be_exchanged)
{
	struct memslot *s = self->slot;
	int other = gmem_create(self->vm, FILE_SIZE, 0);
	const struct {
		u64 size;
		void *hva;
		int gmem;
		u64 offset;
	} changes[] = {
		{ SLOT_SIZE + PAGE_SIZE, s->hva, self->gmem, SLOT_OFFSET },
		{ SLOT_SIZE - PAGE_SIZE, s->hva, self->gmem, SLOT_OFFSET },
		{ SLOT_SIZE, self->other_hva, self->gmem, SLOT_OFFSET },
		{ SLOT_SIZE, s->hva, other, SLOT_OFFSET },
		{ SLOT_SIZE, s->hva, self->gmem, FREE_OFFSET },
		{ SLOT_SIZE, s->hva, -1, SLOT_OFFSET },
	};
	size_t i;

	refusal_watch_renew(self->watch);
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		EXPECT_REFUSED(self->watch, EINVAL,
			       __memslot_set2(self->vm, s->id, KVM_MEM_GUEST_MEMFD, TEST_GPA,
					      changes[i].size, changes[i].hva, changes[i].gmem,
					      changes[i].offset)) {
			TH_LOG("change %zu", i);
		}
	}
	close(other);
	expect_slot_works(_metadata, self);
}

/*
 * BIND-6: the file cannot be taken away, nor can the flags that a plain slot may
 * get and lose. Until 2025 kernels took the flag away and left the binding behind.
 * Red: mutant bind-toggle-gmem, mutant refused-change-deletes.
 */
TEST_F(memslot_change, file_cannot_be_taken_away)
{
	EXPECT_REFUSED(self->watch, EINVAL, set2(self, 0, TEST_GPA));
	EXPECT_REFUSED(self->watch, EINVAL, set1(self, 0, TEST_GPA));
	EXPECT_REFUSED(self->watch, EINVAL, set2(self, KVM_MEM_LOG_DIRTY_PAGES, TEST_GPA));
	EXPECT_REFUSED(self->watch, EINVAL, set1(self, KVM_MEM_LOG_DIRTY_PAGES, TEST_GPA));
	EXPECT_REFUSED(self->watch, EINVAL, set1(self, KVM_MEM_READONLY, TEST_GPA));
	expect_slot_works(_metadata, self);
}

/*
 * BIND-6: a plain slot gets no file later: it keeps its memory, it has no private
 * side, and the file range stays free. Red: mutant bind-add-gmem.
 */
TEST_F(memslot_change, file_cannot_be_added)
{
	struct memslot *plain = memslot_add(self->vm, ELSEWHERE, PAGE_SIZE, 0);
	u64 gfn = ELSEWHERE >> PAGE_SHIFT;

	page_pattern_fill(plain->hva, PAGE_SHARED, gfn, self->gen);
	refusal_watch_renew(self->watch);
	EXPECT_REFUSED(self->watch, EINVAL,
		       __memslot_set2(self->vm, plain->id, KVM_MEM_GUEST_MEMFD, ELSEWHERE,
				      PAGE_SIZE, plain->hva, self->gmem, FREE_OFFSET));

	vcpu_call_done(self->vcpu, guest_check_pages, ELSEWHERE, 1, PAGE_SHARED, self->gen);
	mem_attrs_set_private(self->vm, ELSEWHERE, PAGE_SIZE);
	vcpu_call(self->vcpu, guest_read_u64, ELSEWHERE);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), ELSEWHERE, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	memslot_delete(plain);
	expect_slot_works(_metadata, self);
}

GMEM_TEST_MAIN
