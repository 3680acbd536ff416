// SPDX-License-Identifier: GPL-2.0
/*
 * Swap: the shared side is memory like any other and may be on a swap device when
 * somebody wants it; the private side has no other place than memory, so whoever
 * takes pages away leaves it alone. What goes is zapped from the guest (virt/kvm/
 * kvm_main.c, kvm_mmu_notifier_invalidate_range_start()), and KVM's fault brings it back
 * (hva_to_pfn_slow()). What stays is in an unevictable mapping (guest_memfd.c), whose
 * pages reclaim never meets.
 */
#include <stdlib.h>

#include "checked_mem.h"
#include "disposable.h"
#include "gmem.h"
#include "gmem_pages.h"
#include "harness.h"
#include "memcg.h"
#include "swap.h"
#include "vcpu.h"
#include "vm.h"

#define NR_PAGES	64
#define HALF		(NR_PAGES / 2)
#define SIZE		(NR_PAGES * PAGE_SIZE)

FIXTURE_CHECKED_MEM(swap, NR_PAGES);

FIXTURE_VARIANT_ADD(swap, anon) {
	.nr_vcpus = 1, .nr_slots = 1, .kind = BACKING_ANON,
};

FIXTURE_VARIANT_ADD(swap, memfd_two_vcpus_two_slots) {
	.nr_vcpus = 2, .nr_slots = 2, .kind = BACKING_MEMFD,
};

/* Of the VM's own, see swap_out(). */
#define REQUIRE_SWAP()	\
	REQUIRE(getenv("KVM_GMEM_SWAP") && swap_available(SIZE), "no swap device for tests")

/* That they were not just dropped is what the comparison of their bytes shows. */
static u64 nr_absent(struct checked_mem *m)
{
	return swap_count_absent(m->hva, SIZE);
}

/*
 * BIND-17: pages that the guest has mapped are taken from it, and found again on the
 * device: by a guest that reads, by a guest that writes, and by the host. Needs: vm=swap.
 * Red: mutant hva-no-zap.
 */
TEST_F(swap, shared_pages_come_back_from_the_device)
{
	struct checked_mem *m = self->m;

	REQUIRE_SWAP();
	/* The guest's writes are in its own mappings: their loss would show. */
	checked_mem_guest_fill(m, self->vcpu, 0, NR_PAGES);
	ASSERT_TRUE(swap_out(m->hva, SIZE));
	EXPECT_MEM(m);
	EXPECT_EQ(0, nr_absent(m));

	ASSERT_TRUE(swap_out(m->hva, SIZE));
	checked_mem_guest_fill(m, self->vcpu, 1, NR_PAGES - 2);
	EXPECT_MEM(m);

	ASSERT_TRUE(swap_out(m->hva, SIZE));
	checked_mem_host_fill(m, 0, HALF);
	EXPECT_MEM(m);
}

/*
 * ATTR-6, BIND-17: conversion neither needs nor moves the side that is on the device: not one
 * page comes in while the guest uses the private one, and later all have their bytes.
 * Needs: vm=swap. Red: mutants attr-no-zap, hva-faults-private.
 */
TEST_F(swap, conversion_leaves_swapped_pages_on_the_device)
{
	struct checked_mem *m = self->m;

	REQUIRE_SWAP();
	checked_mem_guest_fill(m, self->vcpu, 0, NR_PAGES);
	ASSERT_TRUE(swap_out(m->hva, SIZE));
	checked_mem_set_private(m, 0, NR_PAGES);
	EXPECT_EQ(NR_PAGES, nr_absent(m));
	checked_mem_guest_fill(m, self->vcpu, 0, NR_PAGES);
	EXPECT_EQ(NR_PAGES, nr_absent(m));
	checked_mem_set_shared(m, HALF, HALF);
	EXPECT_EQ(NR_PAGES, nr_absent(m));
	EXPECT_MEM_BOTH_SIDES(m);
}

/*
 * BIND-11, BIND-17: what is given up while it is on the device reads zero afterwards, and
 * the private bytes stay. Needs: vm=swap. Red: mutant hva-unmap-truncates (by the going
 * out; the discard alone has not been seen red).
 */
TEST_F(swap, discard_of_swapped_pages_leaves_the_private_side)
{
	struct checked_mem *m = self->m;

	REQUIRE_SWAP();
	REQUIRE(gmem_can_count_pages(m->gmem_fd), "cannot count pages of guest_memfd");
	checked_mem_guest_fill(m, self->vcpu, 0, NR_PAGES);
	checked_mem_set_private(m, 0, HALF);
	checked_mem_guest_fill(m, self->vcpu, 0, HALF);
	ASSERT_TRUE(swap_out(m->hva, SIZE));
	EXPECT_EQ(HALF, gmem_count_pages(m->gmem_fd, 0, SIZE));
	checked_mem_discard(m, PAGE_SHARED, 1, NR_PAGES - 2);
	EXPECT_MEM_BOTH_SIDES(m);
}

/*
 * BIND-17: private pages stay in memory when the group that paid for them has to give
 * memory: those that nobody wrote, which look like clean page cache, and written ones.
 * Needs: vm=swap. Red: mutant file-evictable.
 */
TEST_F(swap, reclaim_takes_no_private_page)
{
	struct checked_mem *m = self->m;
	struct memcg cg;

	REQUIRE_SWAP();
	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(memcg_available(), "no memory cgroup that this process may make");
	REQUIRE(gmem_can_count_pages(m->gmem_fd), "cannot count pages of guest_memfd");
	/* Whoever touches a page first pays for it; until now nobody has. */
	memcg_create(&cg);
	memcg_enter(&cg);
	checked_mem_guest_fill(m, self->vcpu, 0, NR_PAGES);
	gmem_allocate(m->gmem_fd, 0, SIZE);
	checked_mem_set_private(m, 0, HALF);
	checked_mem_guest_fill(m, self->vcpu, 0, HALF);
	/* So that private pages are what the group has. */
	ASSERT_TRUE(swap_out(m->hva, SIZE));
	memcg_reclaim(&cg, SIZE);
	EXPECT_EQ(NR_PAGES, gmem_count_pages(m->gmem_fd, 0, SIZE));
	EXPECT_MEM_BOTH_SIDES(m);
	memcg_leave(&cg);
	memcg_delete(&cg);
}

GMEM_TEST_MAIN
