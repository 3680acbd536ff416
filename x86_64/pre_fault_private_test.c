// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_PRE_FAULT_MEMORY of private memory: each page by its attribute.
 *
 * Kernels had bugs that make it spin for ever: an alarm ends the case then.
 */
#include <unistd.h>

#include "checked_mem.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "pre_fault.h"
#include "refusal.h"
#include "stats.h"
#include "vcpu.h"
#include "vm.h"

#define NR_PAGES	12
#define SIZE		(NR_PAGES * PAGE_SIZE)

FIXTURE(private) {
	struct vm *vm;
	struct vcpu *vcpu;
	struct checked_mem *m;
};

FIXTURE_SETUP(private)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	REQUIRE(vm_cap(self->vm, KVM_CAP_PRE_FAULT_MEMORY), "no KVM_PRE_FAULT_MEMORY");
	self->vcpu = vcpu_create(self->vm);
	self->m = checked_mem_create(self->vm, TEST_GPA, NR_PAGES, 2, BACKING_ANON);
	checked_mem_host_fill(self->m, 0, NR_PAGES);
	/* Map all that the guest's code needs, and then forget the range again. */
	EXPECT_MEM(self->m);
	checked_mem_unmap(self->m);
	alarm(PRE_FAULT_LIMIT_SECONDS);
}

FIXTURE_TEARDOWN(private)
{
	alarm(0);
	vm_free(self->vm);
	checked_mem_free(self->m);
}

/*
 * Pre-fault everything, which counts as no fault, then look at everything: no fault, and
 * the right bytes.
 */
#define EXPECT_PRE_FAULT_SUFFICES(self)						\
	do {									\
		int fd = (self)->vcpu->fd;					\
		u64 before = kvm_stat_get(fd, "pf_taken");			\
		u64 fixed = kvm_stat_get(fd, "pf_fixed");			\
										\
		vcpu_pre_fault((self)->vcpu, TEST_GPA, SIZE);			\
		EXPECT_EQ(before, kvm_stat_get(fd, "pf_taken"));		\
		EXPECT_EQ(fixed, kvm_stat_get(fd, "pf_fixed"));			\
		EXPECT_MEM((self)->m);						\
		EXPECT_EQ(before, kvm_stat_get(fd, "pf_taken"));		\
	} while (0)

/*
 * PREFAULT-2, PREFAULT-3: a range may have pages of both kinds and lie in two slots;
 * each page gets the mapping of its attribute. Pages of the file that were absent are
 * allocated and read zero, those that were there keep their bytes.
 * Red: mutants prefault-always-shared, prefault-nothing, prefault-counts-taken,
 * prefault-counts-fixed.
 */
TEST_F(private, mixed_range_is_mapped_by_attribute)
{
	checked_mem_set_private(self->m, 1, 7);
	checked_mem_set_shared(self->m, 3, 2);
	EXPECT_PRE_FAULT_SUFFICES(self);
	checked_mem_guest_fill(self->m, self->vcpu, 0, NR_PAGES);
	checked_mem_unmap(self->m);
	EXPECT_PRE_FAULT_SUFFICES(self);
}

/*
 * PREFAULT-3: a mapping made by a pre-fault goes with a conversion like any other.
 * Red: mutants attr-no-zap, prefault-nothing.
 */
TEST_F(private, conversion_drops_what_was_pre_faulted)
{
	EXPECT_PRE_FAULT_SUFFICES(self);
	checked_mem_set_private(self->m, 2, 8);
	EXPECT_MEM(self->m);
	checked_mem_guest_fill(self->m, self->vcpu, 0, NR_PAGES);
	checked_mem_set_shared(self->m, 4, 4);
	EXPECT_PRE_FAULT_SUFFICES(self);
	checked_mem_set_private(self->m, 0, NR_PAGES);
	EXPECT_PRE_FAULT_SUFFICES(self);
}

/*
 * PREFAULT-3: and with a hole in the file: pre-faulted private memory that is punched
 * reads zero. Red: mutant punch-no-zap, punch-no-truncate.
 */
TEST_F(private, hole_drops_what_was_pre_faulted)
{
	checked_mem_set_private(self->m, 0, NR_PAGES);
	checked_mem_guest_fill(self->m, self->vcpu, 0, NR_PAGES);
	checked_mem_unmap(self->m);
	EXPECT_PRE_FAULT_SUFFICES(self);
	checked_mem_discard(self->m, PAGE_PRIVATE, 3, 5);
	EXPECT_MEM(self->m);
}

/*
 * PREFAULT-2: a private page in a slot without private memory is EFAULT, after the
 * shared pages before it were done. Red: mutant prefault-always-shared (the pages
 * before it are not private).
 */
TEST_F(private, private_page_without_gmem_is_refused)
{
	const u64 slot = TEST_GPA + 2 * SIZE;
	u64 gpa = slot, size = 3 * PAGE_SIZE;
	struct refusal_watch *w;

	memslot_add(self->vm, slot, size, 0);
	mem_attrs_set_private(self->vm, slot + PAGE_SIZE, PAGE_SIZE);
	EXPECT_OK(__vcpu_pre_fault(self->vcpu, &gpa, &size));
	EXPECT_EQ(slot + PAGE_SIZE, gpa);
	EXPECT_EQ(2 * PAGE_SIZE, size);
	w = refusal_watch_create(self->vm, (struct refusal_scope){
		.fd = self->m->gmem_fd, .file_pages = NR_PAGES,
		.gpa = slot, .guest_pages = 3,
	});
	EXPECT_REFUSED(w, EFAULT, __vcpu_pre_fault(self->vcpu, &gpa, &size));
	refusal_watch_free(w);
	EXPECT_EQ(slot + PAGE_SIZE, gpa);
	EXPECT_EQ(2 * PAGE_SIZE, size);
	mem_attrs_set_shared(self->vm, slot + PAGE_SIZE, PAGE_SIZE);
	EXPECT_OK(__vcpu_pre_fault(self->vcpu, &gpa, &size));
	EXPECT_EQ(0, size);
}

GMEM_TEST_MAIN
