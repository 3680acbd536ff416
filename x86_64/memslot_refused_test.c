// SPDX-License-Identifier: GPL-2.0
/*
 * A bind that fails leaves no trace: not in the list of slots, not among the
 * file's bindings, and no reference to the file. The last is seen when the file
 * is closed: a page of another, good slot must then be gone from the guest, and
 * the VM with its last descriptor.
 */
#include <unistd.h>

#include "disposable.h"
#include "fail_slab.h"
#include "gmem.h"
#include "guest_mem.h"
#include "guest_mmu.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "page_pattern.h"
#include "refusal.h"
#include "vcpu.h"
#include "vm.h"

#define BASE		1
#define OTHER		2
#define NR_PAGES	14
#define SLOT_SIZE	(NR_PAGES * PAGE_SIZE)
#define FILE_PAGES	128
#define FILE_SIZE	(FILE_PAGES * PAGE_SIZE)
#define FREE_GPA	(TEST_GPA + SZ_4M)
/* Bindings of this range are in several entries of several nodes of a tree. */
#define FREE_OFFSET	(57 * PAGE_SIZE)
#define GEN		1

FIXTURE(memslot_refused) {
	struct vm *vm;
	struct vcpu *vcpu;
	char *hva;
	int gmem;
	struct refusal_watch *watch;
};

static int bind_range(FIXTURE_DATA(memslot_refused) * self, u32 id, u64 gpa, u64 offset)
{
	return __memslot_set2(self->vm, id, KVM_MEM_GUEST_MEMFD, gpa, SLOT_SIZE, self->hva,
			      self->gmem, offset);
}

static int delete(FIXTURE_DATA(memslot_refused) * self, u32 id)
{
	return __memslot_set1(self->vm, id, 0, 0, 0, NULL);
}

/* A new file, the beginning of which is bound by BASE and filled by the guest. */
static void open_base(FIXTURE_DATA(memslot_refused) * self)
{
	self->gmem = gmem_create(self->vm, FILE_SIZE, 0);
	MUST(bind_range(self, BASE, TEST_GPA, 0));
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_PRIVATE, GEN);
	refusal_watch_free(self->watch);
	self->watch = refusal_watch_create(self->vm, (struct refusal_scope){
		.fd = self->gmem, .file_pages = FILE_PAGES,
		.gpa = TEST_GPA, .guest_pages = NR_PAGES + 1, .vcpu = self->vcpu,
	});
}

/* BASE has its memory until its file is closed, and no longer. */
static void close_base(struct __test_metadata *_metadata, FIXTURE_DATA(memslot_refused) * self)
{
	vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, NR_PAGES, PAGE_PRIVATE, GEN);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	close(self->gmem);
	self->gmem = -1;
	vcpu_call(self->vcpu, guest_read_u64, TEST_GPA);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), TEST_GPA, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	EXPECT_OK(delete(self, BASE));
}

FIXTURE_SETUP(memslot_refused)
{
	self->gmem = -1;
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->hva = backing_map(BACKING_ANON, SLOT_SIZE);
	guest_mmu_map_identity(self->vm, TEST_GPA, SLOT_SIZE);
	mem_attrs_set_private(self->vm, TEST_GPA, SLOT_SIZE);
}

FIXTURE_TEARDOWN(memslot_refused)
{
	if (self->gmem >= 0)
		close(self->gmem);
	vm_free(self->vm);
	EXPECT_NOT_HELD(self->watch);
	refusal_watch_free(self->watch);
}

struct refusal {
	const char *what;
	int err;
	u32 flags;
	u64 gpa;
	u64 offset;
};

static void expect_refusal(struct __test_metadata *_metadata,
			   FIXTURE_DATA(memslot_refused) * self, const struct refusal *r)
{
	open_base(self);
	EXPECT_REFUSED(self->watch, r->err,
		       __memslot_set2(self->vm, OTHER, KVM_MEM_GUEST_MEMFD | r->flags, r->gpa,
				      SLOT_SIZE, self->hva, self->gmem, r->offset)) {
		TH_LOG("refused for its %s", r->what);
	}
	close_base(_metadata, self);
}

/*
 * BIND-14: refusals by each stage that a bind goes through: the arguments, the
 * slots, the file, and the architecture, for a gpa that no guest can have.
 * Red: mutant bind-err-keeps-file (end of file).
 * Red: mutant bind-fail-keeps-file (gpa).
 */
TEST_F(memslot_refused, refused_bind_leaves_no_trace)
{
	const struct refusal refusals[] = {
		{ "flags", EINVAL, KVM_MEM_LOG_DIRTY_PAGES, FREE_GPA, FREE_OFFSET },
		{ "offset", EINVAL, 0, FREE_GPA, FREE_OFFSET + 1 },
		{ "guest range", EEXIST, 0, TEST_GPA + SLOT_SIZE - PAGE_SIZE, FREE_OFFSET },
		{ "end of file", EINVAL, 0, FREE_GPA, FILE_SIZE - PAGE_SIZE },
		{ "gpa", EINVAL, 0, BIT_ULL(60), FREE_OFFSET },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++)
		expect_refusal(_metadata, self, &refusals[i]);
}

/*
 * BIND-14: and by the last stage, the bindings of the file. Red: mutant bind-overlap-allowed.
 * Red: mutant bind-fail-keeps-file (the reference), mutant refused-overlap-binds.
 */
TEST_F(memslot_refused, overlapping_bind_leaves_no_trace)
{
	const struct refusal overlap = {
		"file range", memslot_gmem_overlap_errno(), 0, FREE_GPA, SLOT_SIZE - PAGE_SIZE,
	};

	expect_refusal(_metadata, self, &overlap);
}

/*
 * BIND-14: the same for each allocation that a bind makes and that may fail.
 * Red: mutant bind-fail-keeps-file.
 */
TEST_F(memslot_refused, bind_without_memory_leaves_no_trace)
{
	struct fail_slab_sweep sweep = { 0 };
	int ret = -1;

	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(fail_slab_available(), "allocations cannot be made to fail (failslab, root)");
	fail_slab_open();
	open_base(self);
	while (fail_slab_next(&sweep)) {
		ret = FAIL_SLAB_NTH(&sweep, bind_range(self, OTHER, FREE_GPA, FREE_OFFSET));
		if (ret) {
			EXPECT_REFUSED(self->watch, ENOMEM, ret) {
				TH_LOG("allocation %d", sweep.nth);
			}
		} else {
			EXPECT_OK(delete(self, OTHER));
			EXPECT_UNCHANGED(self->watch);
		}
	}
	EXPECT_EQ(0, ret);
	EXPECT_LT(0, sweep.nr_failed);
	fail_slab_close();
	close_base(_metadata, self);
}

/*
 * BIND-14: and where nothing more is to be had: a single failure leaves the kernel
 * other ways to get the nodes that the file's bindings are in.
 * Red: mutant bind-fail-keeps-file.
 */
TEST_F(memslot_refused, bind_out_of_memory_leaves_no_trace)
{
	const u32 step = 128, limit = SZ_64K;
	int ret = -1, nr_failed = 0;
	u32 bytes;

	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(fail_slab_available(), "allocations cannot be made to fail (failslab, root)");
	fail_slab_open();
	open_base(self);
	for (bytes = 0; ret && bytes < limit; bytes += step) {
		fail_slab_arm(bytes);
		ret = bind_range(self, OTHER, FREE_GPA, FREE_OFFSET);
		fail_slab_disarm();
		if (!ret)
			continue;
		nr_failed++;
		EXPECT_REFUSED(self->watch, ENOMEM, ret) {
			TH_LOG("after %u bytes", bytes);
		}
	}
	EXPECT_OK(ret);
	EXPECT_LT(1, nr_failed);
	EXPECT_OK(delete(self, OTHER));
	EXPECT_UNCHANGED(self->watch);
	fail_slab_close();
	close_base(_metadata, self);
}

/*
 * BIND-14: a deletion needs memory too: without, the slot is as it was, and its
 * pages are found again when their mappings are gone.
 * Red: mutant bind-delete-fails-late.
 */
TEST_F(memslot_refused, delete_without_memory_leaves_the_slot)
{
	struct fail_slab_sweep sweep = { 0 };
	int ret;

	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(fail_slab_available(), "allocations cannot be made to fail (failslab, root)");
	fail_slab_open();
	open_base(self);
	while (fail_slab_next(&sweep)) {
		ret = FAIL_SLAB_NTH(&sweep, delete(self, BASE));
		if (!ret) {
			EXPECT_OK(bind_range(self, BASE, TEST_GPA, 0));
			continue;
		}
		EXPECT_REFUSED(self->watch, ENOMEM, ret) {
			TH_LOG("allocation %d", sweep.nth);
		}
		mem_attrs_set_shared(self->vm, TEST_GPA, SLOT_SIZE);
		mem_attrs_set_private(self->vm, TEST_GPA, SLOT_SIZE);
		vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, NR_PAGES, PAGE_PRIVATE, GEN);
		EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	}
	EXPECT_LT(0, sweep.nr_failed);
	fail_slab_close();
	close_base(_metadata, self);
}

GMEM_TEST_MAIN
