// SPDX-License-Identifier: GPL-2.0
/*
 * A shared access for which the host has no memory: the slot is there, its
 * userspace_addr leads nowhere, or may not be written.
 * arch/x86/kvm/mmu/mmu.c, kvm_handle_error_pfn().
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arch.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "vcpu.h"
#include "vm.h"

#define SLOT_SIZE	(4 * PAGE_SIZE)
#define HOLE_GPA	(TEST_GPA + 2 * PAGE_SIZE)

FIXTURE(hva_fault)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
	void *hole;
};

FIXTURE_VARIANT(hva_fault)
{
	bool private;
};

FIXTURE_VARIANT_ADD(hva_fault, default_vm) { .private = false };
FIXTURE_VARIANT_ADD(hva_fault, private_vm) { .private = true };

FIXTURE_SETUP(hva_fault)
{
	REQUIRE_KVM_OF_THE_TREE();
	REQUIRE(!variant->private || vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(variant->private ? vm_private_type() : VM_TYPE_DEFAULT);
	self->vcpu = vcpu_create(self->vm);
	self->slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE,
				 variant->private ? MEMSLOT_GMEM : 0);
	memset(self->slot->hva, 0x29, SLOT_SIZE);
	self->hole = memslot_hva(self->slot, HOLE_GPA);
}

FIXTURE_TEARDOWN(hva_fault)
{
	vm_free(self->vm);
}

static void map_hole(void *hole)
{
	void *p = mmap(hole, PAGE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	FAIL_UNLESS(p == hole, "mmap: %s", errno_name(errno));
}

/*
 * EXIT-5, BUG-4: api.rst, 8.44, has this very case as its example of what
 * kvm_run.memory_fault is filled for. Red: Linux 7.3 and 6.12.
 */
TEST_F(hva_fault, access_without_vma_is_a_memory_fault)
{
	EXPECT_EQ(1, vm_cap(self->vm, KVM_CAP_MEMORY_FAULT_INFO));
	munmap(self->hole, PAGE_SIZE);
	vcpu_call(self->vcpu, guest_write_u64, HOLE_GPA + 8, 1);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), HOLE_GPA, PAGE_SIZE, 0);
}

/*
 * EXIT-5: whatever the exit says, the call fails with EFAULT as often as it is
 * tried, the other pages are not concerned, and memory that comes back is used.
 * Red: mutant exit-hva-fault-emulates.
 */
TEST_F(hva_fault, access_without_vma_fails_until_there_is_one)
{
	munmap(self->hole, PAGE_SIZE);
	vcpu_call(self->vcpu, guest_write_u64, HOLE_GPA + 8, 0x1234);
	EXPECT_ERRNO(EFAULT, vcpu_run(self->vcpu).ret);
	EXPECT_ERRNO(EFAULT, vcpu_run(self->vcpu).ret);

	map_hole(self->hole);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	EXPECT_EQ(0x1234, ((u64 *)self->hole)[1]);
	vcpu_call_done(self->vcpu, guest_touch_pages, TEST_GPA, SLOT_SIZE / PAGE_SIZE);
	EXPECT_FILLED(0x29, self->slot->hva, 2 * PAGE_SIZE);
	EXPECT_FILLED(0x29, (char *)self->hole + PAGE_SIZE, PAGE_SIZE);
}

/*
 * EXIT-5: a mapping that may only be read is that to the guest as well. Red:
 * mutant exit-hva-fault-emulates.
 */
TEST_F(hva_fault, write_to_readonly_vma_fails)
{
	ASSERT_EQ(0, mprotect(self->hole, PAGE_SIZE, PROT_READ));
	vcpu_call(self->vcpu, guest_read_u64, HOLE_GPA);
	EXPECT_GUEST_RETURNED(0x2929292929292929ULL, vcpu_run(self->vcpu));
	vcpu_call(self->vcpu, guest_write_u64, HOLE_GPA, 1);
	EXPECT_ERRNO(EFAULT, vcpu_run(self->vcpu).ret);
	EXPECT_ERRNO(EFAULT, vcpu_run(self->vcpu).ret);
	EXPECT_FILLED(0x29, self->hole, PAGE_SIZE);

	ASSERT_EQ(0, mprotect(self->hole, PAGE_SIZE, PROT_READ | PROT_WRITE));
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	EXPECT_EQ(1, *(u64 *)self->hole);
}

/*
 * EXIT-5: the file behind the mapping is too short: the host would get SIGBUS.
 * Red: mutant exit-hva-fault-emulates.
 */
TEST_F(hva_fault, access_beyond_the_end_of_a_file_fails)
{
	int fd = memfd_create("short", MFD_CLOEXEC);
	void *p = mmap(self->hole, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);

	ASSERT_EQ(self->hole, p);
	vcpu_call(self->vcpu, guest_write_u64, HOLE_GPA, 0x1234);
	EXPECT_ERRNO(EFAULT, vcpu_run(self->vcpu).ret);
	EXPECT_ERRNO(EFAULT, vcpu_run(self->vcpu).ret);
	ASSERT_EQ(0, ftruncate(fd, PAGE_SIZE));
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	EXPECT_EQ(0x1234, *(u64 *)self->hole);
	close(fd);
}

/*
 * EXIT-5: the private side needs no host mapping; one that goes costs no data.
 * Red: mutant exit-hva-fault-emulates.
 */
TEST(private_access_needs_no_vma)
{
	struct memslot *slot;
	struct vcpu *vcpu;
	struct vm *vm;

	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	vm = vm_create(vm_private_type());
	vcpu = vcpu_create(vm);
	slot = memslot_add(vm, TEST_GPA, SLOT_SIZE, MEMSLOT_GMEM);
	mem_attrs_set_private(vm, HOLE_GPA, PAGE_SIZE);
	vcpu_call_done(vcpu, guest_write_u64, HOLE_GPA, 0x1234);
	munmap(memslot_hva(slot, HOLE_GPA), PAGE_SIZE);
	vcpu_call(vcpu, guest_read_u64, HOLE_GPA);
	EXPECT_GUEST_RETURNED(0x1234, vcpu_run(vcpu));

	mem_attrs_set_shared(vm, HOLE_GPA, PAGE_SIZE);
	vcpu_call(vcpu, guest_read_u64, HOLE_GPA);
	EXPECT_ERRNO(EFAULT, vcpu_run(vcpu).ret);
	vm_free(vm);
}

GMEM_TEST_MAIN
