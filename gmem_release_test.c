// SPDX-License-Identifier: GPL-2.0
/*
 * Who keeps the memory of a guest_memfd: descriptors and mappings do, the VM and
 * its slots do not. The memory is counted where it is charged, in a cgroup.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "gmem_fixture.h"
#include "memcg.h"
#include "memslot.h"
#include "page_pattern.h"

#define SIZE		(12 * SZ_1M)

FIXTURE(gmem_release) {
	struct vm *vm;
	int fd;
	char *p;
	struct memcg cg;
	u64 before;		/* charged without the file */
};

FIXTURE_SETUP(gmem_release)
{
	const u64 flags = GUEST_MEMFD_FLAG_MMAP | GUEST_MEMFD_FLAG_INIT_SHARED;

	REQUIRE(kvm_cap(KVM_CAP_GUEST_MEMFD), "no guest_memfd");
	REQUIRE(memcg_available(), "no memory cgroup that this process may make");
	self->vm = vm_create_bare(VM_TYPE_DEFAULT);
	REQUIRE(!(flags & ~gmem_supported_flags(self->vm)),
		"no guest_memfd with these flags (before 6.18)");
	memcg_create(&self->cg);
	memcg_enter(&self->cg);
	self->before = memcg_usage(&self->cg);
	self->fd = gmem_create(self->vm, SIZE, flags);
	gmem_allocate(self->fd, 0, SIZE);
	self->p = gmem_mmap(self->fd, 0, SIZE);
}

FIXTURE_TEARDOWN(gmem_release)
{
	memcg_leave(&self->cg);
	memcg_delete(&self->cg);
}

#define EXPECT_CHARGED(size)							\
	do {									\
		s64 __charged = memcg_usage(&self->cg) - self->before;		\
										\
		EXPECT_LE((s64)(size) - (s64)MEMCG_SLACK, __charged);		\
		EXPECT_GE((s64)(size) + (s64)MEMCG_SLACK, __charged);		\
	} while (0)

static void close_vm(struct vm **vm)
{
	vm_free(*vm);
	*vm = NULL;
}

/* CREATE-9: bytes and charge stay as long as somebody can reach them. */
TEST_F(gmem_release, mapping_keeps_the_memory)
{
	struct page_mismatch why;
	u64 at;

	for (at = 0; at < SIZE; at += SZ_1M)
		page_pattern_fill(self->p + at, PAGE_SHARED, at / PAGE_SIZE, 1);
	EXPECT_CHARGED(SIZE);
	close(self->fd);
	EXPECT_CHARGED(SIZE);
	close_vm(&self->vm);
	EXPECT_CHARGED(SIZE);
	for (at = 0; at < SIZE; at += SZ_1M)
		EXPECT_TRUE(page_pattern_check(self->p + at, PAGE_SHARED, at / PAGE_SIZE, 1, &why));

	/* A page of the mapping is as good as all of it. */
	munmap(self->p + PAGE_SIZE, SIZE - PAGE_SIZE);
	EXPECT_CHARGED(SIZE);
	munmap(self->p, PAGE_SIZE);
	EXPECT_CHARGED(0);
}

/* CREATE-9: a descriptor does so too, be it a copy, with or without the VM's. */
TEST_F(gmem_release, descriptor_keeps_the_memory)
{
	int copy = dup(self->fd);

	munmap(self->p, SIZE);
	close(self->fd);
	EXPECT_CHARGED(SIZE);
	close_vm(&self->vm);
	EXPECT_CHARGED(SIZE);
	EXPECT_EQ(SIZE / PAGE_SIZE, gmem_count_pages(copy, 0, SIZE));
	close(copy);
	EXPECT_CHARGED(0);
}

/* CREATE-9: a slot uses the file, but does not own it. */
TEST_F(gmem_release, slot_does_not_keep_the_memory)
{
	memslot_add_hva(self->vm, TEST_GPA, SIZE, self->p, self->fd, 0);
	close(self->fd);
	EXPECT_CHARGED(SIZE);
	munmap(self->p, SIZE);
	EXPECT_CHARGED(0);
	close_vm(&self->vm);
}

/* CREATE-9: nor does the VM, whose last descriptor may be gone before the file's. */
TEST_F(gmem_release, memory_can_be_given_back_after_the_vm_is_closed)
{
	memslot_add_hva(self->vm, TEST_GPA, SIZE, self->p, self->fd, 0);
	close_vm(&self->vm);
	EXPECT_CHARGED(SIZE);
	gmem_punch_hole(self->fd, 0, SIZE / 2);
	EXPECT_CHARGED(SIZE / 2);
	EXPECT_FILLED(0, self->p, PAGE_SIZE);
	munmap(self->p, SIZE);
	close(self->fd);
	EXPECT_CHARGED(0);
}

GMEM_TEST_MAIN
