// SPDX-License-Identifier: GPL-2.0
/*
 * Who keeps the memory of a guest_memfd: descriptors and mappings do, the VM and
 * its slots do not. The memory is counted where it is charged, in a cgroup.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "disposable.h"
#include "harness.h"
#include "gmem_fixture.h"
#include "memcg.h"
#include "memslot.h"
#include "page_pattern.h"
#include "slab.h"

#define SIZE		(12 * SZ_1M)

/* Two fixtures alike: files that a slot can use, and those that the host can map. */
#define FIXTURE_RELEASE(name)							\
	FIXTURE(name) {								\
		struct vm *vm;							\
		int fd;								\
		struct memcg cg;						\
	};									\
	FIXTURE_VARIANT(name) {							\
		u64 flags;							\
	};									\
	FIXTURE_SETUP(name)							\
	{									\
		REQUIRE(kvm_cap(KVM_CAP_GUEST_MEMFD), "no guest_memfd");	\
		REQUIRE_DISPOSABLE_MACHINE();					\
		REQUIRE(memcg_available(), "no memory cgroup that this process may make"); \
		self->vm = vm_create_bare(gmem_any_vm_type());			\
		REQUIRE(!(variant->flags & ~gmem_supported_flags(self->vm)),	\
			"no guest_memfd with these flags (before 6.18)");	\
		memcg_create(&self->cg);					\
		memcg_enter(&self->cg);						\
		self->fd = gmem_create(self->vm, SIZE, variant->flags);		\
		gmem_allocate(self->fd, 0, SIZE);				\
	}									\
	FIXTURE_TEARDOWN(name)							\
	{									\
		memcg_leave(&self->cg);						\
		memcg_delete(&self->cg);					\
	}									\
	extern int fixture_end_##name

FIXTURE_RELEASE(gmem_release);
GMEM_KIND_NO_MMAP(gmem_release);
GMEM_KIND_MMAP_PRIVATE(gmem_release);
GMEM_KIND_MMAP_SHARED(gmem_release);

FIXTURE_RELEASE(gmem_mapping_release);
GMEM_KIND_MMAP_SHARED(gmem_mapping_release);

static void close_vm(struct vm **vm)
{
	vm_free(*vm);
	*vm = NULL;
}

/*
 * CREATE-9: a descriptor keeps the memory, be it a copy, with or without the VM's.
 * Red: mutant file-close-truncates.
 */
TEST_F(gmem_release, descriptor_keeps_the_memory)
{
	int copy = dup(self->fd);

	EXPECT_CHARGED(&self->cg, SIZE);
	close(self->fd);
	EXPECT_CHARGED(&self->cg, SIZE);
	close_vm(&self->vm);
	EXPECT_CHARGED(&self->cg, SIZE);
	close(copy);
	EXPECT_CHARGED(&self->cg, 0);
}

/* CREATE-9: a slot uses the file, but does not own it. Red: mutant file-slot-keeps-file. */
TEST_F(gmem_release, slot_does_not_keep_the_memory)
{
	memslot_add_gmem(self->vm, TEST_GPA, SIZE, self->fd, 0);
	EXPECT_CHARGED(&self->cg, SIZE);
	close(self->fd);
	EXPECT_CHARGED(&self->cg, 0);
	close_vm(&self->vm);
}

/*
 * CREATE-9: nor does the VM, whose last descriptor may be gone before the file's. Red:
 * mutant file-fallocate-needs-vm.
 */
TEST_F(gmem_release, memory_can_be_given_back_after_the_vm_is_closed)
{
	memslot_add_gmem(self->vm, TEST_GPA, SIZE, self->fd, 0);
	close_vm(&self->vm);
	EXPECT_CHARGED(&self->cg, SIZE);
	gmem_punch_hole(self->fd, 0, SIZE / 2);
	EXPECT_CHARGED(&self->cg, SIZE / 2);
	close(self->fd);
	EXPECT_CHARGED(&self->cg, 0);
}

/*
 * CREATE-9: a mapping keeps it too: bytes stay as long as somebody can reach them.
 * Red: mutant file-close-truncates.
 */
TEST_F(gmem_mapping_release, mapping_keeps_the_memory)
{
	char *p = gmem_mmap(self->fd, 0, SIZE);
	struct page_mismatch why;
	u64 at;

	for (at = 0; at < SIZE; at += SZ_1M)
		page_pattern_fill(p + at, PAGE_SHARED, at / PAGE_SIZE, 1);
	EXPECT_CHARGED(&self->cg, SIZE);
	close(self->fd);
	EXPECT_CHARGED(&self->cg, SIZE);
	close_vm(&self->vm);
	EXPECT_CHARGED(&self->cg, SIZE);
	for (at = 0; at < SIZE; at += SZ_1M)
		EXPECT_TRUE(page_pattern_check(p + at, PAGE_SHARED, at / PAGE_SIZE, 1, &why));

	/* A page of the mapping is as good as all of it. */
	munmap(p + PAGE_SIZE, SIZE - PAGE_SIZE);
	EXPECT_CHARGED(&self->cg, SIZE);
	munmap(p, PAGE_SIZE);
	EXPECT_CHARGED(&self->cg, 0);
}

/*
 * Where a file remembers its slots is a tree: one page of it as far from the first as this
 * takes nine nodes, some 5 KB.
 */
#define FAR_OFFSET	BIT_ULL(62)
#define FAR_SIZE	(BIT_ULL(63) - PAGE_SIZE)
#define NR_FILES	600

FIXTURE(gmem_bindings)
{
	struct vm *vm;
};

FIXTURE_SETUP(gmem_bindings)
{
	REQUIRE(kvm_cap(KVM_CAP_GUEST_MEMFD), "no guest_memfd");
	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(slab_leaks_show(), "KASAN keeps what is freed");
	self->vm = vm_create_bare(gmem_any_vm_type());
}

FIXTURE_TEARDOWN(gmem_bindings)
{
	vm_free(self->vm);
}

static void close_bound_file(void *arg)
{
	int fd = gmem_create(arg, FAR_SIZE, 0);
	struct memslot *slot;

	slot = memslot_add_hva(arg, TEST_GPA, PAGE_SIZE, (void *)SZ_1G, fd, FAR_OFFSET);
	close(fd);
	memslot_delete(slot);
}

/*
 * CREATE-9, BIND-8: a file that is closed under a live slot takes what it knew of the slot
 * with it: to delete the slot finds no file any more where that could be forgotten.
 * Needs: vm=quiet, alone. Red: mutant bind-close-keeps-bindings.
 */
TEST_F(gmem_bindings, file_closed_under_its_slot_leaves_no_memory)
{
	EXPECT_NO_SLAB_LEAK(close_bound_file, self->vm, NR_FILES);
}

GMEM_TEST_MAIN
