// SPDX-License-Identifier: GPL-2.0
/*
 * guest_memfd in a VM without private memory (since 6.18): a file that cannot be
 * mapped is bound for nothing, the guest's memory is the hva; a file that can is
 * all of the slot's memory, and the hva is for nothing.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arch.h"
#include "gmem.h"
#include "gmem_pages.h"
#include "guest_mem.h"
#include "harness.h"
#include "memslot.h"
#include "page_pattern.h"
#include "pre_fault.h"
#include "vcpu.h"
#include "vm.h"

#define NR_PAGES	4
#define SLOT_SIZE	(NR_PAGES * PAGE_SIZE)
#define FILE_SIZE	(SLOT_SIZE + PAGE_SIZE)
#define OFFSET		PAGE_SIZE
#define GFN		(TEST_GPA >> PAGE_SHIFT)
#define GEN		6

FIXTURE(memslot_default_vm) {
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
	int gmem;
};

FIXTURE_VARIANT(memslot_default_vm) {
	u64 flags;
};

FIXTURE_VARIANT_ADD(memslot_default_vm, private_file) {
	.flags = 0,
};

/* That the host might use its pages means nothing where it cannot map them. */
FIXTURE_VARIANT_ADD(memslot_default_vm, shared_file) {
	.flags = GUEST_MEMFD_FLAG_INIT_SHARED,
};

FIXTURE_SETUP(memslot_default_vm)
{
	self->gmem = -1;
	self->vm = vm_create(VM_TYPE_DEFAULT);
	REQUIRE(vm_cap(self->vm, KVM_CAP_GUEST_MEMFD),
		"no guest_memfd for this VM type (before 6.18)");
	REQUIRE(!(variant->flags & ~gmem_supported_flags(self->vm)),
		"no guest_memfd with these flags (before 6.18)");
	self->vcpu = vcpu_create(self->vm);
	self->gmem = gmem_create(self->vm, FILE_SIZE, variant->flags);
	self->slot = memslot_add_gmem(self->vm, TEST_GPA, SLOT_SIZE, self->gmem, OFFSET);
}

FIXTURE_TEARDOWN(memslot_default_vm)
{
	if (self->gmem >= 0)
		close(self->gmem);
	vm_free(self->vm);
}

static void host_fill(char *hva, u64 gen)
{
	u64 i;

	for (i = 0; i < NR_PAGES; i++)
		page_pattern_fill(hva + i * PAGE_SIZE, PAGE_SHARED, GFN + i, gen);
}

static void expect_host_sees(struct __test_metadata *_metadata, const char *hva, u64 gen)
{
	struct page_mismatch why;
	u64 i;

	for (i = 0; i < NR_PAGES; i++) {
		EXPECT_TRUE(page_pattern_check(hva + i * PAGE_SIZE, PAGE_SHARED, GFN + i, gen,
					       &why)) {
			TH_LOG("page %llu, offset %#llx: word %#llx, not %#llx", i, why.offset,
			       why.found, why.expected);
		}
	}
}

/*
 * BIND-12: guest and host see each other's bytes in the hva, whether the file has
 * pages, or holes, or is closed. Red: mutants bind-shared-from-gmem,
 * bind-init-shared-gmem-only.
 */
TEST_F(memslot_default_vm, guest_works_on_the_hva)
{
	char *hva = self->slot->hva;

	host_fill(hva, GEN);
	vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, GEN);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, GEN + 1);
	expect_host_sees(_metadata, hva, GEN + 1);

	gmem_allocate(self->gmem, 0, FILE_SIZE);
	vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, GEN + 1);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	gmem_punch_hole(self->gmem, 0, FILE_SIZE);
	vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, GEN + 1);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));

	close(self->gmem);
	self->gmem = -1;
	host_fill(hva, GEN + 2);
	vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, GEN + 2);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

/*
 * BIND-12: and it costs no memory: the file stays empty.
 * Red: mutants bind-shared-from-gmem, bind-init-shared-gmem-only.
 */
TEST_F(memslot_default_vm, file_is_never_consumed)
{
	REQUIRE(gmem_can_count_pages(self->gmem), "a file's pages cannot be counted (cachestat)");
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, GEN);
	vcpu_call_done(self->vcpu, guest_check_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, GEN);
	EXPECT_EQ(0, gmem_count_pages(self->gmem, 0, FILE_SIZE));
}

FIXTURE(memslot_mappable) {
	struct vm *vm;
	struct vcpu *vcpu;
	char *hva;
	int gmem;
};

FIXTURE_VARIANT(memslot_mappable) {
	u64 flags;
};

FIXTURE_VARIANT_ADD(memslot_mappable, shared_file) {
	.flags = GUEST_MEMFD_FLAG_MMAP | GUEST_MEMFD_FLAG_INIT_SHARED,
};

FIXTURE_VARIANT_ADD(memslot_mappable, private_file) {
	.flags = GUEST_MEMFD_FLAG_MMAP,
};

FIXTURE_SETUP(memslot_mappable)
{
	self->gmem = -1;
	REQUIRE_KVM_OF_THE_TREE();
	self->vm = vm_create(VM_TYPE_DEFAULT);
	REQUIRE(!(variant->flags & ~gmem_supported_flags(self->vm)),
		"no guest_memfd with these flags (before 6.18)");
	self->vcpu = vcpu_create(self->vm);
	self->gmem = gmem_create(self->vm, FILE_SIZE, variant->flags);
	self->hva = backing_map(BACKING_ANON, SLOT_SIZE);
	memset(self->hva, 0x11, SLOT_SIZE);
	memslot_add_hva(self->vm, TEST_GPA, SLOT_SIZE, self->hva, self->gmem, OFFSET);
}

FIXTURE_TEARDOWN(memslot_mappable)
{
	if (self->gmem >= 0)
		close(self->gmem);
	vm_free(self->vm);
}

/*
 * BIND-13: the guest starts on empty pages of the file, its writes do not reach the
 * hva, and without an hva it goes on. Red: mutant bind-no-gmem-only.
 */
TEST_F(memslot_mappable, mappable_file_is_all_of_the_memory)
{
	vcpu_call(self->vcpu, guest_check_zero, TEST_GPA, NR_PAGES);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, GEN);
	EXPECT_FILLED(0x11, self->hva, SLOT_SIZE);

	ASSERT_EQ(0, munmap(self->hva, SLOT_SIZE));
	vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, GEN);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));

	gmem_punch_hole(self->gmem, OFFSET, PAGE_SIZE);
	vcpu_call(self->vcpu, guest_check_zero, TEST_GPA, 1);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	vcpu_call(self->vcpu, guest_check_pages, TEST_GPA + PAGE_SIZE, NR_PAGES - 1, PAGE_SHARED,
		  GEN);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

/*
 * BIND-13: so when it is closed, the slot has no memory, and the exit says so as for
 * a shared page: this VM knows no other. Red: mutant bind-no-gmem-only.
 */
TEST_F(memslot_mappable, closing_a_mappable_file_takes_all_memory)
{
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, GEN);
	close(self->gmem);
	self->gmem = -1;
	vcpu_call(self->vcpu, guest_read_u64, TEST_GPA);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), TEST_GPA, PAGE_SIZE, 0);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), TEST_GPA, PAGE_SIZE, 0);
}

/*
 * BIND-13, PREFAULT-3: pre-fault takes the file's pages as well, those of its range, and
 * needs no hva for it. Red: mutants bind-no-gmem-only, prefault-nothing.
 */
TEST_F(memslot_mappable, pre_fault_takes_the_pages_of_a_mappable_file)
{
	REQUIRE(vm_cap(self->vm, KVM_CAP_PRE_FAULT_MEMORY), "no KVM_PRE_FAULT_MEMORY");
	ASSERT_EQ(0, munmap(self->hva, SLOT_SIZE));
	alarm(PRE_FAULT_LIMIT_SECONDS);
	vcpu_pre_fault(self->vcpu, TEST_GPA + PAGE_SIZE, 2 * PAGE_SIZE);
	alarm(0);
	EXPECT_EQ(2, gmem_count_pages(self->gmem, OFFSET + PAGE_SIZE, 2 * PAGE_SIZE));
	EXPECT_EQ(2, gmem_count_pages(self->gmem, 0, FILE_SIZE));
	vcpu_call(self->vcpu, guest_check_zero, TEST_GPA, NR_PAGES);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

GMEM_TEST_MAIN
