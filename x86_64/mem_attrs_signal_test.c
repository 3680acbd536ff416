// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_SET_MEMORY_ATTRIBUTES takes ranges of any size and does not stop before their
 * end: not for a signal either. Recorded, since a VMM that is to be killed waits
 * for it, and shown with a range that takes a moment, not hours.
 */
#include <signal.h>
#include <time.h>

#include "guest_mem.h"
#include "guest_mmu.h"
#include "harness.h"
#include "mem_attrs.h"
#include "vcpu.h"
#include "vm.h"

#define RANGE		(2 * SZ_1G)
#define SIGNAL_NS	1000000		/* long before the end */

static volatile int nr_signals;

static void on_signal(int sig)
{
	(void)sig;
	nr_signals++;
}

/*
 * BUG-6: the signal is delivered when the range is done, all of it. Red: mutant
 * attr-signal-stops.
 */
TEST(conversion_is_not_cut_short_by_a_signal)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec limit = { .it_value.tv_nsec = SIGNAL_NS };
	const u64 ends[] = { TEST_GPA, TEST_GPA + RANGE - PAGE_SIZE };
	struct vcpu *vcpu;
	struct vm *vm;
	timer_t timer;
	size_t i;

	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	vm = vm_create(vm_private_type());
	vcpu = vcpu_create(vm);
	ASSERT_EQ(0, sigaction(SIGUSR1, &sa, NULL));
	ASSERT_EQ(0, timer_create(CLOCK_MONOTONIC, &event, &timer));
	ASSERT_EQ(0, timer_settime(timer, 0, &limit, NULL));
	EXPECT_OK(__mem_attrs_set(vm, TEST_GPA, RANGE, KVM_MEMORY_ATTRIBUTE_PRIVATE));
	EXPECT_EQ(1, nr_signals);
	timer_delete(timer);

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		guest_mmu_map_identity(vm, ends[i], PAGE_SIZE);
		vcpu_call(vcpu, guest_read_u64, ends[i]);
		EXPECT_MEMORY_FAULT(vcpu_run(vcpu), ends[i], PAGE_SIZE,
				    KVM_MEMORY_EXIT_FLAG_PRIVATE);
		mem_attrs_set_shared(vm, ends[i], PAGE_SIZE);
		EXPECT_EXIT(0, KVM_EXIT_MMIO, vcpu_run(vcpu));
		vcpu_run_done(vcpu);
	}
	vm_free(vm);
}

GMEM_TEST_MAIN
