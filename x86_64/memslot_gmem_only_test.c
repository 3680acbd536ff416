// SPDX-License-Identifier: GPL-2.0
/*
 * A file that can be mapped (since 6.18) in a VM with private memory: it is both
 * sides of its slot. Attributes still decide what an exit says, no longer where
 * the bytes are; the hva is not used, and to the host all of it is private.
 */
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gmem.h"
#include "guest_mem.h"
#include "harness.h"
#include "host_fault.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "page_pattern.h"
#include "vcpu.h"
#include "vm.h"

#define NR_PAGES	4
#define SLOT_SIZE	(NR_PAGES * PAGE_SIZE)
#define OFFSET		PAGE_SIZE
#define LAST_GPA	(TEST_GPA + SLOT_SIZE - PAGE_SIZE)
#define GEN		8

FIXTURE(memslot_gmem_only) {
	struct vm *vm;
	struct vcpu *vcpu;
	char *hva;
	int gmem;
};

FIXTURE_SETUP(memslot_gmem_only)
{
	self->gmem = -1;
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	REQUIRE(gmem_supported_flags(self->vm) & GUEST_MEMFD_FLAG_MMAP,
		"guest_memfd cannot be mapped (before 6.18)");
	self->vcpu = vcpu_create(self->vm);
	self->gmem = gmem_create(self->vm, SLOT_SIZE + OFFSET, GUEST_MEMFD_FLAG_MMAP);
	self->hva = backing_map(BACKING_ANON, SLOT_SIZE);
	memset(self->hva, 0x11, SLOT_SIZE);
	memslot_add_hva(self->vm, TEST_GPA, SLOT_SIZE, self->hva, self->gmem, OFFSET);
}

FIXTURE_TEARDOWN(memslot_gmem_only)
{
	if (self->gmem >= 0)
		close(self->gmem);
	vm_free(self->vm);
}

#define EXPECT_ALL_PAGES(side, gen)						\
	do {									\
		vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, NR_PAGES, side, gen); \
		EXPECT_GUEST_DONE(vcpu_run(self->vcpu));			\
	} while (0)

/*
 * BIND-13: shared accesses find the file's pages, empty at first, and nothing goes
 * to the hva, which need not be there. Red: mutant bind-no-gmem-only.
 */
TEST_F(memslot_gmem_only, shared_side_is_the_file)
{
	vcpu_call(self->vcpu, guest_check_zero, TEST_GPA, NR_PAGES);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, GEN);
	EXPECT_FILLED(0x11, self->hva, SLOT_SIZE);

	ASSERT_EQ(0, munmap(self->hva, SLOT_SIZE));
	EXPECT_ALL_PAGES(PAGE_SHARED, GEN);
}

/*
 * BIND-13: conversion moves no bytes: what was written as shared is read as private
 * and the other way round, in each page on its own.
 * Red: mutant bind-no-gmem-only.
 */
TEST_F(memslot_gmem_only, conversion_keeps_the_bytes)
{
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, GEN);
	mem_attrs_set_private(self->vm, TEST_GPA + PAGE_SIZE, 2 * PAGE_SIZE);
	EXPECT_ALL_PAGES(PAGE_SHARED, GEN);
	mem_attrs_set_private(self->vm, TEST_GPA, SLOT_SIZE);
	EXPECT_ALL_PAGES(PAGE_SHARED, GEN);

	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_PRIVATE, GEN + 1);
	mem_attrs_set_shared(self->vm, TEST_GPA, PAGE_SIZE);
	EXPECT_ALL_PAGES(PAGE_PRIVATE, GEN + 1);
	mem_attrs_set_shared(self->vm, TEST_GPA, SLOT_SIZE);
	EXPECT_ALL_PAGES(PAGE_PRIVATE, GEN + 1);
	EXPECT_FILLED(0x11, self->hva, SLOT_SIZE);
}

/*
 * BIND-13: the attribute does not open the file to the host: its mapping gives
 * SIGBUS on private and on shared pages, present or not, and the guest's bytes stay.
 * Red: mutant bind-host-may-access.
 */
TEST_F(memslot_gmem_only, host_access_gets_sigbus)
{
	char *map = gmem_mmap(self->gmem, OFFSET, SLOT_SIZE);
	u64 page;

	mem_attrs_set_private(self->vm, TEST_GPA, 2 * PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, 1, PAGE_PRIVATE, GEN);
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA + 2 * PAGE_SIZE, 1, PAGE_SHARED,
		       GEN);
	for (page = 0; page < NR_PAGES; page++) {
		EXPECT_EQ(SIGBUS, host_try_read(map + page * PAGE_SIZE).signal);
		EXPECT_EQ(SIGBUS, host_try_write(map + page * PAGE_SIZE, 0x22).signal);
	}
	vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, 1, PAGE_PRIVATE, GEN);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	vcpu_call(self->vcpu, guest_check_pages, TEST_GPA + 2 * PAGE_SIZE, 1, PAGE_SHARED, GEN);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	vcpu_call(self->vcpu, guest_check_zero, LAST_GPA, 1);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

/*
 * BIND-13, FALLOC-5: a hole takes the page from the guest whatever its attribute.
 * Red: mutant bind-punch-no-zap.
 */
TEST_F(memslot_gmem_only, hole_takes_shared_and_private_pages)
{
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, GEN);
	mem_attrs_set_private(self->vm, TEST_GPA, 2 * PAGE_SIZE);
	EXPECT_ALL_PAGES(PAGE_SHARED, GEN);

	/* One of the two private and one of the two shared pages. */
	gmem_punch_hole(self->gmem, OFFSET + PAGE_SIZE, 2 * PAGE_SIZE);
	vcpu_call(self->vcpu, guest_check_zero, TEST_GPA + PAGE_SIZE, 2);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, 1, PAGE_SHARED, GEN);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	vcpu_call(self->vcpu, guest_check_pages, LAST_GPA, 1, PAGE_SHARED, GEN);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

/*
 * BIND-13, BIND-8: closing the file leaves no memory on either side: conversion to
 * shared does not recover here, it only changes the exit.
 * Red: mutant bind-no-gmem-only, mutant bind-leak-file.
 */
TEST_F(memslot_gmem_only, close_takes_both_sides)
{
	mem_attrs_set_private(self->vm, TEST_GPA, 2 * PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, GEN);
	close(self->gmem);
	self->gmem = -1;

	vcpu_call(self->vcpu, guest_read_u64, TEST_GPA);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), TEST_GPA, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	mem_attrs_set_shared(self->vm, TEST_GPA, PAGE_SIZE);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), TEST_GPA, PAGE_SIZE, 0);
	vcpu_call(self->vcpu, guest_write_u64, LAST_GPA, 1);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), LAST_GPA, PAGE_SIZE, 0);
	EXPECT_FILLED(0x11, self->hva, SLOT_SIZE);
}

GMEM_TEST_MAIN
