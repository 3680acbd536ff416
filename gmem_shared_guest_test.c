// SPDX-License-Identifier: GPL-2.0
/*
 * Allocation and holes where guest and host share the memory of one file: the
 * slot's shared side is a guest_memfd too (since 6.18). Each of the two has
 * mappings that a hole must take away.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "arch.h"
#include "harness.h"
#include "gmem_fixture.h"
#include "guest_mem.h"
#include "memslot.h"
#include "page_pattern.h"
#include "stats.h"
#include "vcpu.h"

#define NR_PAGES	16
#define SIZE		(NR_PAGES * PAGE_SIZE)
#define GPA		(TEST_GPA + 3 * PAGE_SIZE)

FIXTURE(gmem_shared_guest) {
	struct vm *vm;
	struct vcpu *vcpu;
	int fd;
	char *p;		/* the host's mapping of the slot's pages */
};

FIXTURE_SETUP(gmem_shared_guest)
{
	const u64 flags = GUEST_MEMFD_FLAG_MMAP | GUEST_MEMFD_FLAG_INIT_SHARED;

	self->fd = -1;
	self->vm = vm_create(VM_TYPE_DEFAULT);
	REQUIRE(!(flags & ~gmem_supported_flags(self->vm)),
		"no guest_memfd with these flags (before 6.18)");
	self->vcpu = vcpu_create(self->vm);
	self->fd = gmem_create(self->vm, SIZE + PAGE_SIZE, flags);
	self->p = gmem_mmap(self->fd, PAGE_SIZE, SIZE);
	memslot_add_hva(self->vm, GPA, SIZE, self->p, self->fd, PAGE_SIZE);
}

FIXTURE_TEARDOWN(gmem_shared_guest)
{
	if (self->fd >= 0)
		close(self->fd);
	vm_free(self->vm);
}

static void punch_pages(int fd, u64 first, u64 nr)
{
	gmem_punch_hole(fd, PAGE_SIZE + first * PAGE_SIZE, nr * PAGE_SIZE);
}

static void host_fill(char *p, u64 first, u64 nr, u64 gen)
{
	u64 i;

	for (i = first; i < first + nr; i++)
		page_pattern_fill(p + i * PAGE_SIZE, PAGE_SHARED, GPA / PAGE_SIZE + i, gen);
}

/* How many of the pages have the pattern of @gen. */
static u64 host_finds(const char *p, u64 first, u64 nr, u64 gen)
{
	struct page_mismatch why;
	u64 i, good = 0;

	for (i = first; i < first + nr; i++)
		good += page_pattern_check(p + i * PAGE_SIZE, PAGE_SHARED, GPA / PAGE_SIZE + i,
					   gen, &why);
	return good;
}

static void guest_fill(struct vcpu *vcpu, u64 first, u64 nr, u64 gen)
{
	vcpu_call_done(vcpu, guest_fill_pages, GPA + first * PAGE_SIZE, nr, PAGE_SHARED, gen);
}

static struct vm_exit guest_finds(struct vcpu *vcpu, u64 first, u64 nr, u64 gen)
{
	vcpu_call(vcpu, guest_check_pages, GPA + first * PAGE_SIZE, nr, PAGE_SHARED, gen);
	return vcpu_run(vcpu);
}

static struct vm_exit guest_finds_zero(struct vcpu *vcpu, u64 first, u64 nr)
{
	vcpu_call(vcpu, guest_check_zero, GPA + first * PAGE_SIZE, nr);
	return vcpu_run(vcpu);
}

/*
 * FALLOC-3: who touches a fresh page first makes no difference, nor what it held. Red:
 * mutant file-pfn-no-clear.
 */
TEST_F(gmem_shared_guest, fresh_page_reads_zero_for_guest_and_host)
{
	int round;

	for (round = 1; round <= 3; round++) {
		gmem_allocate(self->fd, PAGE_SIZE, SIZE);
		EXPECT_FILLED(0, self->p, SIZE / 2);
		EXPECT_GUEST_DONE(guest_finds_zero(self->vcpu, 0, NR_PAGES));
		EXPECT_FILLED(0, self->p, SIZE);
		guest_fill(self->vcpu, 0, NR_PAGES, round);
		EXPECT_EQ(NR_PAGES, host_finds(self->p, 0, NR_PAGES, round));
		punch_pages(self->fd, 0, NR_PAGES);
	}
}

/* FALLOC-3: allocation keeps bytes that either side wrote. Red: mutant file-alloc-punches. */
TEST_F(gmem_shared_guest, allocation_keeps_what_guest_and_host_wrote)
{
	guest_fill(self->vcpu, 0, NR_PAGES / 2, 1);
	host_fill(self->p, NR_PAGES / 2, NR_PAGES / 2, 1);
	gmem_allocate(self->fd, 0, SIZE + PAGE_SIZE);
	EXPECT_GUEST_DONE(guest_finds(self->vcpu, 0, NR_PAGES, 1));
	EXPECT_EQ(NR_PAGES, host_finds(self->p, 0, NR_PAGES, 1));
}

/* FALLOC-4: both read zero in the hole and their bytes around it. Red: mutant file-pfn-no-clear. */
TEST_F(gmem_shared_guest, punched_pages_read_zero_and_their_neighbours_stay)
{
	guest_fill(self->vcpu, 0, NR_PAGES, 1);
	punch_pages(self->fd, 5, 3);
	EXPECT_GUEST_DONE(guest_finds(self->vcpu, 0, 5, 1));
	EXPECT_GUEST_DONE(guest_finds_zero(self->vcpu, 5, 3));
	EXPECT_GUEST_DONE(guest_finds(self->vcpu, 8, NR_PAGES - 8, 1));
	EXPECT_EQ(5, host_finds(self->p, 0, 5, 1));
	EXPECT_FILLED(0, self->p + 5 * PAGE_SIZE, 3 * PAGE_SIZE);
	EXPECT_EQ(NR_PAGES - 8, host_finds(self->p, 8, NR_PAGES - 8, 1));
}

/*
 * FALLOC-5: after a hole the guest writes to the page that is the file's now. The
 * host tells: with the old page still mapped the guest's bytes would go astray.
 * Red: mutant file-punch-no-zap.
 */
TEST_F(gmem_shared_guest, guest_and_host_get_the_same_new_page)
{
	guest_fill(self->vcpu, 0, NR_PAGES, 1);
	EXPECT_EQ(NR_PAGES, host_finds(self->p, 0, NR_PAGES, 1));
	punch_pages(self->fd, 0, NR_PAGES);

	/* The guest is first in one half, the host in the other. */
	guest_fill(self->vcpu, 0, NR_PAGES / 2, 2);
	EXPECT_EQ(NR_PAGES / 2, host_finds(self->p, 0, NR_PAGES / 2, 2));
	host_fill(self->p, NR_PAGES / 2, NR_PAGES / 2, 2);
	EXPECT_GUEST_DONE(guest_finds(self->vcpu, 0, NR_PAGES, 2));
	guest_fill(self->vcpu, 0, NR_PAGES, 3);
	EXPECT_EQ(NR_PAGES, host_finds(self->p, 0, NR_PAGES, 3));
	EXPECT_EQ(NR_PAGES, gmem_count_pages(self->fd, 0, SIZE + PAGE_SIZE));
}

/* FALLOC-5: and faults for it, once for each page of the hole. Red: mutant file-punch-zap-slot. */
TEST_F(gmem_shared_guest, punched_pages_fault_again_and_no_others)
{
	u64 before;

	REQUIRE_KVM_OF_THE_TREE();
	guest_fill(self->vcpu, 0, NR_PAGES, 1);
	before = kvm_stat_get(self->vcpu->fd, "pf_fixed");
	punch_pages(self->fd, 2, 5);
	guest_fill(self->vcpu, 0, NR_PAGES, 2);
	EXPECT_EQ(before + 5, kvm_stat_get(self->vcpu->fd, "pf_fixed"));
	EXPECT_EQ(NR_PAGES, host_finds(self->p, 0, NR_PAGES, 2));
}

GMEM_TEST_MAIN
