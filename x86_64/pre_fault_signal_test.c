// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_PRE_FAULT_MEMORY cut short anywhere: by signals that come at random moments,
 * and by each allocation that may fail. What it reports is what it did.
 */
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "disposable.h"
#include "fail_slab.h"
#include "gmem.h"
#include "gmem_pages.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "pre_fault.h"
#include "rng.h"
#include "vcpu.h"
#include "vm.h"

#define NR_PAGES	1024
#define SIZE		(NR_PAGES * PAGE_SIZE)
#define MAX_ROUNDS	400
#define WANTED		5	/* rounds that were cut short */
#define MAX_DELAY_NS	4000000

FIXTURE(pre_fault_signal)
{
	struct vm *vm;
	struct vcpu *vcpu;
	int gmem;
};

FIXTURE_SETUP(pre_fault_signal)
{
	self->gmem = -1;
	REQUIRE(kvm_cap(KVM_CAP_PRE_FAULT_MEMORY), "no KVM_PRE_FAULT_MEMORY");
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->gmem = gmem_create(self->vm, SIZE, 0);
	memslot_add_gmem(self->vm, TEST_GPA, SIZE, self->gmem, 0);
	mem_attrs_set_private(self->vm, TEST_GPA, SIZE);
	alarm(PRE_FAULT_LIMIT_SECONDS);
}

FIXTURE_TEARDOWN(pre_fault_signal)
{
	fail_slab_close();
	alarm(0);
	if (self->gmem >= 0)
		close(self->gmem);
	vm_free(self->vm);
}

static void on_signal(int sig)
{
	(void)sig;
}

static timer_t make_timer(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	timer_t timer;

	FAIL_UNLESS(!sigaction(SIGUSR1, &sa, NULL) &&
		    !timer_create(CLOCK_MONOTONIC, &event, &timer),
		    "no timer: %s", errno_name(errno));
	return timer;
}

static void set_timer(timer_t timer, u64 ns)
{
	struct itimerspec spec = { .it_value.tv_nsec = ns };

	FAIL_UNLESS(!timer_settime(timer, 0, &spec, NULL), "timer: %s", errno_name(errno));
}

/*
 * PREFAULT-4: wherever the signal comes, the call is an EINTR that did nothing or a
 * success that says how far it got, and the file has the pages up to there (and at
 * most the one that was in the making). Red: mutants prefault-intr-hidden,
 * prefault-gpa-stays.
 */
TEST_F(pre_fault_signal, signal_anywhere_leaves_what_is_reported)
{
	timer_t timer = make_timer();
	u64 gpa, size, done, pages;
	int i, ret, nr_cut = 0;
	struct rng rng;

	REQUIRE(gmem_can_count_pages(self->gmem), "cannot tell which pages a file has");
	rng_init(&rng, rng_seed(), 0);
	for (i = 0; i < MAX_ROUNDS && nr_cut < WANTED; i++) {
		gmem_punch_hole(self->gmem, 0, SIZE);
		gpa = TEST_GPA;
		size = SIZE;
		set_timer(timer, 1 + rng_below(&rng, MAX_DELAY_NS));
		ret = __vcpu_pre_fault(self->vcpu, &gpa, &size);
		set_timer(timer, 0);
		done = gpa - TEST_GPA;
		pages = gmem_count_pages(self->gmem, 0, SIZE);
		EXPECT_EQ(SIZE, done + size);
		EXPECT_TRUE(pages == done / PAGE_SIZE || pages == done / PAGE_SIZE + 1) {
			TH_LOG("%llu pages for %#llx bytes", pages, done);
		}
		EXPECT_ERRNO(done ? 0 : EINTR, ret);
		nr_cut += size != 0;
	}
	EXPECT_EQ(WANTED, nr_cut);
	vcpu_pre_fault(self->vcpu, TEST_GPA, SIZE);
	EXPECT_EQ(NR_PAGES, gmem_count_pages(self->gmem, 0, SIZE));
	timer_delete(timer);
}

/*
 * PREFAULT-4: where no more memory is to be had, ENOMEM at once: trying again does not
 * help. The file needs another node for the far page; all that the vCPU needs it has.
 * Red: mutant prefault-nomem-retry (no end).
 */
TEST_F(pre_fault_signal, page_without_memory_is_enomem_at_once)
{
	const u64 far = TEST_GPA + NR_PAGES / 2 * PAGE_SIZE;
	u64 gpa = far, size = PAGE_SIZE;
	int ret;

	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(fail_slab_available(), "allocations cannot be made to fail (failslab, root)");
	vcpu_pre_fault(self->vcpu, TEST_GPA, PAGE_SIZE);
	fail_slab_open();
	fail_slab_arm(0);
	ret = __vcpu_pre_fault(self->vcpu, &gpa, &size);
	fail_slab_disarm();
	EXPECT_ERRNO(ENOMEM, ret);
	EXPECT_EQ(far, gpa);
	EXPECT_EQ(PAGE_SIZE, size);
	vcpu_pre_fault(self->vcpu, far, PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_check_zero, far, 1);
}

/*
 * PREFAULT-4: without an allocation that a vCPU's first pre-fault needs: ENOMEM, nothing
 * done, and the next call succeeds. Red: mutant prefault-nomem-hidden.
 */
TEST_F(pre_fault_signal, first_page_without_memory_is_enomem)
{
	struct fail_slab_sweep sweep = { 0 };
	struct vcpu *vcpu;
	struct vm *vm;
	u64 gpa, size;
	int ret;

	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(fail_slab_available(), "allocations cannot be made to fail (failslab, root)");
	fail_slab_open();
	while (fail_slab_next(&sweep)) {
		vm = vm_create(vm_private_type());
		vcpu = vcpu_create(vm);
		memslot_add(vm, TEST_GPA, PAGE_SIZE, MEMSLOT_GMEM);
		mem_attrs_set_private(vm, TEST_GPA, PAGE_SIZE);
		gpa = TEST_GPA;
		size = PAGE_SIZE;
		ret = FAIL_SLAB_NTH(&sweep, __vcpu_pre_fault(vcpu, &gpa, &size));
		if (ret) {
			EXPECT_ERRNO(ENOMEM, ret) {
				TH_LOG("allocation %d", sweep.nth);
			}
			EXPECT_EQ(TEST_GPA, gpa);
			EXPECT_EQ(PAGE_SIZE, size);
			EXPECT_OK(__vcpu_pre_fault(vcpu, &gpa, &size));
		}
		EXPECT_EQ(0, size);
		vcpu_call_done(vcpu, guest_check_zero, TEST_GPA, 1);
		vm_free(vm);
		/* The bulk of them fill caches with more of the same: a sample is enough. */
		if (sweep.nth >= 6)
			sweep.nth += 12;
	}
	EXPECT_LT(0, sweep.nr_failed);
}

GMEM_TEST_MAIN
