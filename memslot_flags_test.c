// SPDX-License-Identifier: GPL-2.0
/*
 * Which flags go with KVM_MEM_GUEST_MEMFD, and which ioctl takes it. The set-up makes
 * and deletes a slot that is right in all respects; the refused ones differ in their
 * flags. After every refusal slots, bindings and descriptors are as they were.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gmem.h"
#include "harness.h"
#include "memslot.h"
#include "refusal.h"
#include "vm.h"

#define SLOT		1
#define SLOT_PAGES	4
#define SLOT_SIZE	(SLOT_PAGES * PAGE_SIZE)

FIXTURE(memslot_flags) {
	struct vm *vm;
	void *hva;
	int gmem;
	struct refusal_watch *watch;
};

FIXTURE_VARIANT(memslot_flags) {
	bool private_type;
};

FIXTURE_VARIANT_ADD(memslot_flags, default_vm) {
	.private_type = false,
};

FIXTURE_VARIANT_ADD(memslot_flags, private_vm) {
	.private_type = true,
};

static int set2(FIXTURE_DATA(memslot_flags) * self, u32 flags)
{
	return __memslot_set2(self->vm, SLOT, flags, TEST_GPA, SLOT_SIZE, self->hva, self->gmem, 0);
}

static int set1(FIXTURE_DATA(memslot_flags) * self, u32 flags)
{
	return __memslot_set1(self->vm, SLOT, flags, TEST_GPA, SLOT_SIZE, self->hva);
}

static int delete(FIXTURE_DATA(memslot_flags) * self)
{
	return __memslot_set1(self->vm, SLOT, 0, TEST_GPA, 0, self->hva);
}

FIXTURE_SETUP(memslot_flags)
{
	long type = variant->private_type ? vm_private_type() : VM_TYPE_DEFAULT;

	REQUIRE(type >= 0, "no VM type with private memory");
	self->vm = vm_create_bare(type);
	REQUIRE(vm_cap(self->vm, KVM_CAP_GUEST_MEMFD),
		"no guest_memfd for this VM type (before 6.18)");
	self->hva = backing_map(BACKING_ANON, SLOT_SIZE);
	self->gmem = gmem_create(self->vm, SLOT_SIZE, 0);
	self->watch = refusal_watch_create(self->vm, (struct refusal_scope){
		.fd = self->gmem, .file_pages = SLOT_PAGES,
		.gpa = TEST_GPA, .guest_pages = 2 * SLOT_PAGES,
	});
	ASSERT_OK(set2(self, KVM_MEM_GUEST_MEMFD));
	ASSERT_OK(delete(self));
}

FIXTURE_TEARDOWN(memslot_flags)
{
	if (self->watch)
		close(self->gmem);
	vm_free(self->vm);
	EXPECT_NOT_HELD(self->watch);
	refusal_watch_free(self->watch);
}

/*
 * BIND-1: KVM_SET_USER_MEMORY_REGION has no field for a file. The file at hand is
 * descriptor 0 here, which is what a kernel would find in the zeroed fields of
 * the longer structure.
 * Red: mutant bind-v1-takes-gmem.
 */
TEST_F(memslot_flags, first_ioctl_refuses_guest_memfd)
{
	ASSERT_EQ(0, dup2(self->gmem, 0));
	refusal_watch_renew(self->watch);
	EXPECT_REFUSED(self->watch, EINVAL, set1(self, KVM_MEM_GUEST_MEMFD));
	EXPECT_REFUSED(self->watch, EINVAL,
		       set1(self, KVM_MEM_GUEST_MEMFD | KVM_MEM_LOG_DIRTY_PAGES));
	close(0);
}

/*
 * BIND-1: the first ioctl reads the shorter structure and no byte more, the second
 * all of the longer one. The byte behind the structure cannot be read here.
 * Red: mutant bind-v1-reads-v2-size, mutant bind-v2-reads-v1-size.
 */
TEST_F(memslot_flags, each_ioctl_reads_its_own_structure)
{
	struct kvm_userspace_memory_region region = {
		.slot = SLOT,
		.guest_phys_addr = TEST_GPA,
		.memory_size = SLOT_SIZE,
		.userspace_addr = (u64)(unsigned long)self->hva,
	};
	struct kvm_userspace_memory_region2 region2 = { 0 };
	char *pages = backing_map(BACKING_ANON, 2 * PAGE_SIZE);
	char *end = pages + PAGE_SIZE;

	ASSERT_EQ(0, munmap(end, PAGE_SIZE));
	memcpy(&region2, &region, sizeof(region));

	memcpy(end - sizeof(region), &region, sizeof(region));
	EXPECT_REFUSED(self->watch, EFAULT, vm_ioctl(self->vm, KVM_SET_USER_MEMORY_REGION2,
						     end - sizeof(region)));
	EXPECT_REFUSED(self->watch, EINVAL, delete(self));
	EXPECT_OK(vm_ioctl(self->vm, KVM_SET_USER_MEMORY_REGION, end - sizeof(region)));
	EXPECT_OK(delete(self));

	memcpy(end - sizeof(region2), &region2, sizeof(region2));
	EXPECT_OK(vm_ioctl(self->vm, KVM_SET_USER_MEMORY_REGION2, end - sizeof(region2)));
	EXPECT_OK(delete(self));
	EXPECT_EQ(0, munmap(pages, PAGE_SIZE));
}

/*
 * BIND-1: every bit without a meaning is refused, by both ioctls, with and without
 * a file; KVM's own flags in the upper half too.
 * Red: mutant bind-unknown-flags.
 */
TEST_F(memslot_flags, unknown_flags_are_refused)
{
	const u32 known = KVM_MEM_LOG_DIRTY_PAGES | KVM_MEM_READONLY | KVM_MEM_GUEST_MEMFD;
	u32 flag;

	for (flag = 1; flag; flag <<= 1) {
		if (flag & known)
			continue;
		EXPECT_REFUSED(self->watch, EINVAL, set1(self, flag)) {
			TH_LOG("flag %#x", flag);
		}
		EXPECT_REFUSED(self->watch, EINVAL, set2(self, flag)) {
			TH_LOG("flag %#x", flag);
		}
		EXPECT_REFUSED(self->watch, EINVAL, set2(self, flag | KVM_MEM_GUEST_MEMFD)) {
			TH_LOG("flag %#x", flag);
		}
	}
	EXPECT_REFUSED(self->watch, EINVAL, set2(self, ~0U));
}

/*
 * BIND-1: private memory cannot be dirty-logged: the host could not read it. The
 * flag alone is fine, so it is the combination that is refused.
 * Red: mutant bind-gmem-log-dirty.
 */
TEST_F(memslot_flags, dirty_logging_excludes_guest_memfd)
{
	EXPECT_REFUSED(self->watch, EINVAL,
		       set2(self, KVM_MEM_GUEST_MEMFD | KVM_MEM_LOG_DIRTY_PAGES));

	EXPECT_OK(set2(self, KVM_MEM_LOG_DIRTY_PAGES));
	EXPECT_OK(delete(self));
}

/*
 * BIND-1: writes to a read-only slot are emulated, which nothing can do for
 * private memory. The flag alone is fine.
 * Red: mutant bind-gmem-readonly.
 */
TEST_F(memslot_flags, readonly_excludes_guest_memfd)
{
	REQUIRE(vm_cap(self->vm, KVM_CAP_READONLY_MEM), "no read-only slots for this VM type");
	EXPECT_REFUSED(self->watch, EINVAL, set2(self, KVM_MEM_GUEST_MEMFD | KVM_MEM_READONLY));
	EXPECT_REFUSED(self->watch, EINVAL, set2(self, KVM_MEM_GUEST_MEMFD | KVM_MEM_READONLY |
						 KVM_MEM_LOG_DIRTY_PAGES));

	EXPECT_OK(set2(self, KVM_MEM_READONLY));
	EXPECT_OK(delete(self));
}

/*
 * BIND-14: so there is no dirty log to be read or cleared, as for any slot without
 * one. Red: mutant bind-dirty-log-always.
 */
TEST_F(memslot_flags, slot_with_gmem_has_no_dirty_log)
{
	u64 bitmap[2] = { ~0ULL, ~0ULL };
	struct kvm_dirty_log log = { .slot = SLOT, .dirty_bitmap = bitmap };
	struct kvm_clear_dirty_log clear = {
		.slot = SLOT,
		.num_pages = SLOT_SIZE / PAGE_SIZE,
		.dirty_bitmap = bitmap,
	};

	ASSERT_OK(set2(self, KVM_MEM_GUEST_MEMFD));
	refusal_watch_renew(self->watch);
	EXPECT_REFUSED(self->watch, ENOENT, vm_ioctl(self->vm, KVM_GET_DIRTY_LOG, &log));
	EXPECT_REFUSED(self->watch, ENOENT, vm_ioctl(self->vm, KVM_CLEAR_DIRTY_LOG, &clear));
	EXPECT_EQ(~0ULL, bitmap[0]);
	EXPECT_EQ(~0ULL, bitmap[1]);
	ASSERT_OK(delete(self));

	ASSERT_OK(set2(self, KVM_MEM_LOG_DIRTY_PAGES));
	EXPECT_OK(vm_ioctl(self->vm, KVM_GET_DIRTY_LOG, &log));
	EXPECT_EQ(0, bitmap[0]);
	EXPECT_EQ(~0ULL, bitmap[1]);
}

GMEM_TEST_MAIN
