// SPDX-License-Identifier: GPL-2.0
/*
 * Reserved fields and padding of the ioctls around guest_memfd. KVM does not
 * look at them, so callers exist that leave garbage there: giving one a meaning
 * without a flag would break those, and these cases tell.
 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "gmem_fixture.h"
#include "guest_mem.h"
#include "memslot.h"
#include "vcpu.h"

#define GARBAGE	0xdb

FIXTURE_GMEM_VM_TYPES(reserved_fields);

/* CREATE-3: struct kvm_create_guest_memfd, reserved[]. Red: mutant file-reserved-checked. */
TEST_F(reserved_fields, create_guest_memfd_ignores_reserved)
{
	struct kvm_create_guest_memfd args;
	struct stat st;
	int fd;

	memset(&args, GARBAGE, sizeof(args));
	args.size = SZ_64K;
	args.flags = 0;
	fd = vm_ioctl(self->vm, KVM_CREATE_GUEST_MEMFD, &args);
	ASSERT_OK(fd);
	ASSERT_EQ(0, fstat(fd, &st));
	EXPECT_EQ(SZ_64K, (u64)st.st_size);
	EXPECT_OK(__gmem_allocate(fd, 0, SZ_64K));
	close(fd);
}

/*
 * CREATE-3: struct kvm_userspace_memory_region2, pad1 and pad2[]; create and delete.
 * Red: mutant file-reserved-checked.
 */
TEST_F(reserved_fields, set_user_memory_region2_ignores_padding)
{
	int fd = gmem_create(self->vm, SZ_64K, 0);
	struct kvm_userspace_memory_region2 region;

	memset(&region, GARBAGE, sizeof(region));
	region.slot = 1;
	region.flags = KVM_MEM_GUEST_MEMFD;
	region.guest_phys_addr = TEST_GPA;
	region.memory_size = SZ_64K;
	region.userspace_addr = (unsigned long)backing_map(BACKING_ANON, SZ_64K);
	region.guest_memfd = fd;
	region.guest_memfd_offset = 0;
	EXPECT_OK(vm_ioctl(self->vm, KVM_SET_USER_MEMORY_REGION2, &region));

	/* The slot is there: its guest-physical range is taken, and only that. */
	EXPECT_ERRNO(EEXIST, __memslot_set1(self->vm, 2, 0, TEST_GPA + SZ_64K - PAGE_SIZE,
					    PAGE_SIZE, (void *)(long)region.userspace_addr));
	EXPECT_OK(__memslot_set1(self->vm, 2, 0, TEST_GPA + SZ_64K, PAGE_SIZE,
				 (void *)(long)region.userspace_addr));

	region.memory_size = 0;
	EXPECT_OK(vm_ioctl(self->vm, KVM_SET_USER_MEMORY_REGION2, &region));
	EXPECT_OK(__memslot_set1(self->vm, 3, 0, TEST_GPA, SZ_64K,
				 (void *)(long)region.userspace_addr));
	close(fd);
}

/*
 * CREATE-3: struct kvm_pre_fault_memory, padding[]; it is not written to either. Red:
 * mutant file-reserved-checked.
 */
TEST(pre_fault_memory_ignores_padding)
{
	struct kvm_pre_fault_memory range;
	struct memslot *slot;
	struct vcpu *vcpu;
	struct vm *vm;

	REQUIRE(kvm_cap(KVM_CAP_PRE_FAULT_MEMORY), "no KVM_PRE_FAULT_MEMORY");
	vm = vm_create(VM_TYPE_DEFAULT);
	vcpu = vcpu_create(vm);
	slot = memslot_add(vm, TEST_GPA, SZ_64K, 0);

	memset(slot->hva, 0x3c, SZ_64K);
	memset(&range, GARBAGE, sizeof(range));
	range.gpa = TEST_GPA;
	range.size = SZ_64K;
	range.flags = 0;
	EXPECT_OK(vcpu_ioctl(vcpu, KVM_PRE_FAULT_MEMORY, &range));
	EXPECT_EQ(TEST_GPA + SZ_64K, range.gpa);
	EXPECT_EQ(0, range.size);
	EXPECT_FILLED(GARBAGE, range.padding, sizeof(range.padding));
	EXPECT_EQ(0x3c3c3c3c3c3c3c3cULL, vcpu_call_done(vcpu, guest_read_u64, TEST_GPA));
	vm_free(vm);
}

GMEM_TEST_MAIN
