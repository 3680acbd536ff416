// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_SET_MEMORY_ATTRIBUTES takes ranges of any size and does not stop before their
 * end: not for a signal either. Recorded, since a VMM that is to be killed waits
 * for it, and shown with a range that takes a moment, not hours.
 */
#include <signal.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>

#include "guest_mem.h"
#include "guest_mmu.h"
#include "harness.h"
#include "mem_attrs.h"
#include "vcpu.h"
#include "vm.h"

#define RANGE		(SZ_1G / 2)
#define SIGNAL_NS	1000000		/* long before the end */
#define MAX_TRIES	10

/* A system call's code, "syscall", ends where the kernel returns to. */
static const u8 syscall_insn[] = { 0x0f, 0x05 };

/* No other system call than the conversion is made while in_call. */
static volatile bool in_call, came_in_call;
static volatile int nr_signals;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	const greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
	const u8 *rip = (const u8 *)regs[REG_RIP];

	(void)sig;
	(void)info;
	nr_signals++;
	came_in_call = in_call && !memcmp(rip - sizeof(syscall_insn), syscall_insn,
					  sizeof(syscall_insn));
}

/* Make the range private, with a signal on the way; @came: it came during the call. */
static int convert_with_signal(struct vm *vm, timer_t timer, bool *came)
{
	struct itimerspec limit = { .it_value.tv_nsec = SIGNAL_NS }, none = { 0 };
	int ret;

	nr_signals = 0;
	came_in_call = false;
	FAIL_UNLESS(!timer_settime(timer, 0, &limit, NULL), "timer_settime");
	in_call = true;
	ret = __mem_attrs_set(vm, TEST_GPA, RANGE, KVM_MEMORY_ATTRIBUTE_PRIVATE);
	in_call = false;
	FAIL_UNLESS(!timer_settime(timer, 0, &none, NULL), "timer_settime");
	*came = came_in_call;
	return ret;
}

/*
 * BUG-6: the signal is delivered when the range is done, all of it. It may come before
 * the call on a busy machine: then once more. Red: mutant attr-signal-stops.
 */
TEST(conversion_is_not_cut_short_by_a_signal)
{
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	const u64 ends[] = { TEST_GPA, TEST_GPA + RANGE - PAGE_SIZE };
	bool came = false;
	struct vcpu *vcpu;
	struct vm *vm;
	timer_t timer;
	int nr_tries;
	size_t i;

	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	vm = vm_create(vm_private_type());
	vcpu = vcpu_create(vm);
	ASSERT_EQ(0, sigaction(SIGUSR1, &sa, NULL));
	ASSERT_EQ(0, timer_create(CLOCK_MONOTONIC, &event, &timer));
	for (nr_tries = 0; nr_tries < MAX_TRIES; nr_tries++) {
		ASSERT_OK(convert_with_signal(vm, timer, &came));
		if (came)
			break;
		mem_attrs_set_shared(vm, TEST_GPA, RANGE);
	}
	ASSERT_TRUE(came) {
		TH_LOG("in %d tries no signal came during the call", nr_tries);
	}
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
