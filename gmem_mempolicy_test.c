// SPDX-License-Identifier: GPL-2.0
/*
 * Memory policies of guest_memfd: mbind() of a mapping is kept with the file and
 * rules every way of allocating its pages (since 6.19).
 */
#include <sys/mman.h>
#include <unistd.h>

#include "disposable.h"
#include "harness.h"
#include "gmem_fixture.h"
#include "guest_mem.h"
#include "memcg.h"
#include "memslot.h"
#include "numa.h"
#include "slab.h"
#include "vcpu.h"

#define NR_PAGES	16
#define SIZE		(NR_PAGES * PAGE_SIZE)

FIXTURE(gmem_mempolicy) {
	struct vm *vm;
	struct vcpu *vcpu;
	int fd;
	char *p;
	int nodes[2];
	u64 mask[2];		/* of each node alone */
};

FIXTURE_SETUP(gmem_mempolicy)
{
	const u64 flags = GUEST_MEMFD_FLAG_MMAP | GUEST_MEMFD_FLAG_INIT_SHARED;

	REQUIRE(kvm_cap(KVM_CAP_GUEST_MEMFD), "no guest_memfd");
	self->vm = vm_create(VM_TYPE_DEFAULT);
	REQUIRE(!(flags & ~gmem_supported_flags(self->vm)),
		"no guest_memfd with these flags (before 6.18)");
	REQUIRE(kernel_at_least(6, 19), "no memory policy of guest_memfd before 6.19");
	REQUIRE(numa_find_two_nodes(self->nodes), "fewer than two memory nodes");
	self->mask[0] = BIT_ULL(self->nodes[0]);
	self->mask[1] = BIT_ULL(self->nodes[1]);
	self->vcpu = vcpu_create(self->vm);
	self->fd = gmem_create(self->vm, SIZE, flags);
	self->p = gmem_mmap(self->fd, 0, SIZE);
	memslot_add_hva(self->vm, TEST_GPA, SIZE, self->p, self->fd, 0);
}

FIXTURE_TEARDOWN(gmem_mempolicy)
{
	close(self->fd);
	vm_free(self->vm);
}

/* The number of pages in [first, first + nr) that are on @node; all are faulted in. */
static u64 nr_on_node(const char *p, u64 first, u64 nr, int node)
{
	u64 i, found = 0;

	for (i = first; i < first + nr; i++)
		found += numa_node_of(p + i * PAGE_SIZE) == node;
	return found;
}

static void allocate(struct vcpu *vcpu, int fd, char *p)
{
	(void)vcpu;
	(void)p;
	gmem_allocate(fd, 0, SIZE);
}

static void touch_from_host(struct vcpu *vcpu, int fd, char *p)
{
	u64 i;

	(void)vcpu;
	(void)fd;
	for (i = 0; i < NR_PAGES; i++)
		WRITE_ONCE(p[i * PAGE_SIZE], 1);
}

static void touch_from_guest(struct vcpu *vcpu, int fd, char *p)
{
	(void)fd;
	(void)p;
	vcpu_call_done(vcpu, guest_touch_pages, TEST_GPA, NR_PAGES);
}

static void (*const ways[])(struct vcpu *vcpu, int fd, char *p) = {
	allocate, touch_from_host, touch_from_guest,
};

/*
 * CREATE-12: the file's policy decides, page by page, whatever the thread's own
 * says, and for whoever needs the page first. Red: mutant file-policy-ignored.
 */
TEST_F(gmem_mempolicy, pages_come_from_the_node_that_the_file_is_bound_to)
{
	unsigned int i, thread;

	numa_mbind(self->p, 5 * PAGE_SIZE, MPOL_BIND, self->mask[1]);
	numa_mbind(self->p + 5 * PAGE_SIZE, SIZE - 5 * PAGE_SIZE, MPOL_BIND, self->mask[0]);
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		for (thread = 0; thread < 2; thread++) {
			numa_set_thread_policy(MPOL_BIND, self->mask[thread]);
			ways[i](self->vcpu, self->fd, self->p);
			numa_set_thread_policy(MPOL_DEFAULT, 0);
			EXPECT_EQ(5, nr_on_node(self->p, 0, 5, self->nodes[1])) {
				TH_LOG("way %u, thread bound to node %d", i, self->nodes[thread]);
			}
			EXPECT_EQ(NR_PAGES - 5, nr_on_node(self->p, 5, NR_PAGES - 5,
							   self->nodes[0])) {
				TH_LOG("way %u, thread bound to node %d", i, self->nodes[thread]);
			}
			gmem_punch_hole(self->fd, 0, SIZE);
		}
	}
}

/*
 * CREATE-12: a file without a policy leaves the choice to the thread's. Red: mutant
 * file-thread-policy-ignored.
 */
TEST_F(gmem_mempolicy, pages_without_a_policy_follow_the_thread)
{
	unsigned int i, thread;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		for (thread = 0; thread < 2; thread++) {
			numa_set_thread_policy(MPOL_BIND, self->mask[thread]);
			ways[i](self->vcpu, self->fd, self->p);
			numa_set_thread_policy(MPOL_DEFAULT, 0);
			EXPECT_EQ(NR_PAGES, nr_on_node(self->p, 0, NR_PAGES, self->nodes[thread])) {
				TH_LOG("way %u, thread bound to node %d", i, self->nodes[thread]);
			}
			gmem_punch_hole(self->fd, 0, SIZE);
		}
	}
}

/*
 * CREATE-12: a new policy is for new pages: what is there stays until it is punched.
 * Red: mutant file-mbind-punches.
 */
TEST_F(gmem_mempolicy, policy_counts_for_pages_allocated_after_it)
{
	numa_mbind(self->p, SIZE, MPOL_BIND, self->mask[0]);
	gmem_allocate(self->fd, 0, SIZE);
	numa_mbind(self->p, SIZE, MPOL_BIND, self->mask[1]);
	EXPECT_EQ(NR_PAGES, nr_on_node(self->p, 0, NR_PAGES, self->nodes[0]));

	gmem_punch_hole(self->fd, 4 * PAGE_SIZE, 3 * PAGE_SIZE);
	gmem_allocate(self->fd, 0, SIZE);
	EXPECT_EQ(3, nr_on_node(self->p, 4, 3, self->nodes[1]));
	EXPECT_EQ(NR_PAGES - 3, nr_on_node(self->p, 0, NR_PAGES, self->nodes[0]));
}

/*
 * CREATE-12: interleaved pages, allocated in a row, are half here and half there. Red:
 * mutant file-policy-ignored.
 */
TEST_F(gmem_mempolicy, interleaved_pages_are_spread_evenly)
{
	unsigned int i;

	numa_mbind(self->p, SIZE, MPOL_INTERLEAVE, self->mask[0] | self->mask[1]);
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		ways[i](self->vcpu, self->fd, self->p);
		EXPECT_EQ(NR_PAGES / 2, nr_on_node(self->p, 0, NR_PAGES, self->nodes[0])) {
			TH_LOG("way %u", i);
		}
		gmem_punch_hole(self->fd, 0, SIZE);
	}
}

#define EXPECT_POLICY(_mode, _nodes, hva)			\
	do {							\
		int __mode = -1;				\
		u64 __nodes = -1ULL;				\
								\
		EXPECT_OK(__numa_get_policy(hva, &__mode, &__nodes)); \
		EXPECT_EQ(_mode, __mode);			\
		EXPECT_EQ(_nodes, __nodes);			\
	} while (0)

/*
 * CREATE-12: what was set is what is read, for exactly the range it was set for. Red:
 * mutant file-policy-unreadable.
 */
TEST_F(gmem_mempolicy, policy_reads_back_for_its_range)
{
	const u64 both = self->mask[0] | self->mask[1];
	char *p = self->p;

	EXPECT_POLICY(MPOL_DEFAULT, 0ULL, p);
	numa_mbind(p + 2 * PAGE_SIZE, 3 * PAGE_SIZE, MPOL_BIND, self->mask[1]);
	numa_mbind(p + 5 * PAGE_SIZE, PAGE_SIZE, MPOL_PREFERRED, self->mask[0]);
	numa_mbind(p + 6 * PAGE_SIZE, PAGE_SIZE, MPOL_INTERLEAVE, both);
	EXPECT_POLICY(MPOL_DEFAULT, 0ULL, p + PAGE_SIZE);
	EXPECT_POLICY(MPOL_BIND, self->mask[1], p + 2 * PAGE_SIZE);
	EXPECT_POLICY(MPOL_BIND, self->mask[1], p + 5 * PAGE_SIZE - 1);
	EXPECT_POLICY(MPOL_PREFERRED, self->mask[0], p + 5 * PAGE_SIZE);
	EXPECT_POLICY(MPOL_INTERLEAVE, both, p + 6 * PAGE_SIZE);
	EXPECT_POLICY(MPOL_DEFAULT, 0ULL, p + 7 * PAGE_SIZE);

	numa_mbind(p, SIZE, MPOL_DEFAULT, 0);
	EXPECT_POLICY(MPOL_DEFAULT, 0ULL, p + 2 * PAGE_SIZE);
	EXPECT_POLICY(MPOL_DEFAULT, 0ULL, p + 6 * PAGE_SIZE);

	/* A thread's policy is not the file's. */
	numa_set_thread_policy(MPOL_BIND, self->mask[1]);
	EXPECT_POLICY(MPOL_DEFAULT, 0ULL, p);
}

/* CREATE-12: what mbind() refuses changes nothing. Red: mutant file-mbind-any-mode. */
TEST_F(gmem_mempolicy, refused_policy_leaves_the_old_one)
{
	numa_mbind(self->p, SIZE, MPOL_BIND, self->mask[1]);
	EXPECT_ERRNO(EINVAL, __numa_mbind(self->p, SIZE, 999, self->mask[0], 0));
	EXPECT_ERRNO(EINVAL, __numa_mbind(self->p, SIZE, MPOL_BIND, 0, 0));
	EXPECT_ERRNO(EINVAL, __numa_mbind(self->p, SIZE, MPOL_DEFAULT, self->mask[0], 0));
	EXPECT_ERRNO(EINVAL, __numa_mbind(self->p + 1, SIZE, MPOL_BIND, self->mask[0], 0));
	EXPECT_POLICY(MPOL_BIND, self->mask[1], self->p);
}

/*
 * CREATE-12: the policy belongs to the file's pages: all mappings of them have it.
 * Red: mutant file-policy-by-vma-index.
 */
TEST_F(gmem_mempolicy, policy_is_shared_by_all_mappings_and_outlives_them)
{
	char *q = gmem_mmap(self->fd, 3 * PAGE_SIZE, 2 * PAGE_SIZE);
	int other = gmem_create(self->vm, SIZE, GUEST_MEMFD_FLAG_MMAP);

	numa_mbind(q, PAGE_SIZE, MPOL_BIND, self->mask[1]);
	EXPECT_POLICY(MPOL_BIND, self->mask[1], self->p + 3 * PAGE_SIZE);
	EXPECT_POLICY(MPOL_DEFAULT, 0ULL, self->p + 4 * PAGE_SIZE);
	EXPECT_POLICY(MPOL_DEFAULT, 0ULL, self->p);
	munmap(q, 2 * PAGE_SIZE);
	q = gmem_mmap(self->fd, 3 * PAGE_SIZE, 2 * PAGE_SIZE);
	EXPECT_POLICY(MPOL_BIND, self->mask[1], q);
	munmap(q, 2 * PAGE_SIZE);

	/* And not to those of another file. */
	q = gmem_mmap(other, 3 * PAGE_SIZE, PAGE_SIZE);
	EXPECT_POLICY(MPOL_DEFAULT, 0ULL, q);
	close(other);
}

/*
 * CREATE-12: private memory obeys too: this is what the policy was made for. No
 * access of the host can tell where it is, so the cgroup's accounts must.
 * Red: mutant file-policy-ignored.
 */
TEST_F(gmem_mempolicy, private_memory_comes_from_the_node_it_is_bound_to)
{
	const u64 slack = memcg_stat_slack(), size = 8 * slack;
	int fd = gmem_create(self->vm, size, GUEST_MEMFD_FLAG_MMAP), i;
	char *p = gmem_mmap(fd, 0, size);
	struct memcg cg;

	REQUIRE(memcg_available(), "no memory cgroup that this process may make");
	memcg_create(&cg);
	memcg_enter(&cg);
	for (i = 0; i < 2; i++) {
		numa_mbind(p, size, MPOL_BIND, self->mask[i]);
		gmem_allocate(fd, 0, size);
		EXPECT_LE(size - slack, memcg_node_stat(&cg, "file", self->nodes[i]));
		EXPECT_GE(slack, memcg_node_stat(&cg, "file", self->nodes[!i]));
		gmem_punch_hole(fd, 0, size);
	}
	memcg_leave(&cg);
	memcg_delete(&cg);
	close(fd);
}

/*
 * A policy takes some 50 bytes, so that those of all these pages are above 2 MB. Small
 * files, for what is there at the same time is what the kernel's caches keep parts of.
 */
#define MANY_PAGES	1024
#define NR_FILES	48

struct many_policies {
	struct vm *vm;
	const u64 *mask;
};

/* Each page has a policy of its own, as its neighbours have another one. */
static void make_file_of_many_policies(void *arg)
{
	const struct many_policies *many = arg;
	const u64 size = MANY_PAGES * PAGE_SIZE;
	int fd = gmem_create(many->vm, size, GUEST_MEMFD_FLAG_MMAP);
	char *p = gmem_mmap(fd, 0, size), *page;

	numa_mbind(p, size, MPOL_PREFERRED, many->mask[0]);
	for (page = p; page < p + size; page += 2 * PAGE_SIZE)
		numa_mbind(page, PAGE_SIZE, MPOL_PREFERRED, many->mask[1]);
	munmap(p, size);
	gmem_allocate(fd, 0, size);
	close(fd);
}

/*
 * CREATE-9, CREATE-12: policies go with the file, also those that pages were allocated by.
 * Needs: vm=quiet, alone. Red: mutants file-policy-kept, file-policy-held.
 */
TEST_F(gmem_mempolicy, policies_are_given_back_with_the_file)
{
	struct many_policies many = { self->vm, self->mask };

	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(slab_leaks_show(), "KASAN keeps what is freed");
	EXPECT_NO_SLAB_LEAK(make_file_of_many_policies, &many, NR_FILES);
}

GMEM_TEST_MAIN
