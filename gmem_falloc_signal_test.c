// SPDX-License-Identifier: GPL-2.0
/* Signals that arrive while a large range is being allocated. */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "harness.h"
#include "gmem_fixture.h"
#include "vcpu_thread.h"

/* Long enough, page by page, for a signal to find the call under way. */
#define BIG_SIZE	(64 * SZ_1M)
#define MAX_ROUNDS	64

static volatile sig_atomic_t nr_signals;

static void count_signal(int sig)
{
	(void)sig;
	nr_signals++;
}

struct interrupter {
	pthread_t thread, target;
	int fd;
	bool stop;
};

/* Send one signal as soon as the allocation shows, unless it is over by then. */
static void *interrupt_allocation(void *arg)
{
	struct interrupter *it = arg;

	while (!READ_ONCE(it->stop)) {
		if (gmem_has_page(it->fd, 0)) {
			pthread_kill(it->target, SIGUSR2);
			break;
		}
	}
	return NULL;
}

static int allocate_interrupted(int fd)
{
	struct interrupter it = { .fd = fd, .target = pthread_self() };
	int ret = pthread_create(&it.thread, NULL, interrupt_allocation, &it);

	FAIL_UNLESS(!ret, "pthread_create: %s", errno_name(ret));
	ret = __gmem_allocate(fd, 0, BIG_SIZE);
	WRITE_ONCE(it.stop, true);
	thread_join(it.thread, "the thread that sends the signal");
	return ret;
}

FIXTURE(gmem_falloc_signal) {
	struct vm *vm;
	int fd;
};

FIXTURE_SETUP(gmem_falloc_signal)
{
	struct sigaction sa = { .sa_handler = count_signal, .sa_flags = SA_RESTART };

	self->fd = -1;
	REQUIRE(kvm_cap(KVM_CAP_GUEST_MEMFD), "no guest_memfd");
	self->vm = vm_create_bare(gmem_any_vm_type());
	self->fd = gmem_create(self->vm, BIG_SIZE, 0);
	REQUIRE(gmem_can_count_pages(self->fd), "no way to count a file's pages");
	ASSERT_EQ(0, sigaction(SIGUSR2, &sa, NULL));
}

FIXTURE_TEARDOWN(gmem_falloc_signal)
{
	if (self->fd >= 0)
		close(self->fd);
	vm_free(self->vm);
}

/*
 * FALLOC-6: EINTR, even of a handler that restarts calls, and what was allocated
 * stays: the pages from the start on, without a gap. Going on is the caller's.
 * A machine that was busy elsewhere may finish first, then it is tried again.
 * Red: mutants file-alloc-no-signal and file-alloc-signal-undoes.
 */
TEST_F(gmem_falloc_signal, interrupted_allocation_keeps_what_it_has)
{
	u64 nr_pages;
	int round, ret;

	for (round = 0; round < MAX_ROUNDS; round++) {
		nr_signals = 0;
		ret = allocate_interrupted(self->fd);
		if (ret)
			break;
		gmem_punch_hole(self->fd, 0, BIG_SIZE);
	}
	ASSERT_ERRNO(EINTR, ret);
	EXPECT_EQ(1, nr_signals);
	nr_pages = gmem_count_pages(self->fd, 0, BIG_SIZE);
	EXPECT_LT(0, nr_pages);
	EXPECT_GT(BIG_SIZE / PAGE_SIZE, nr_pages);
	EXPECT_EQ(nr_pages, gmem_count_pages(self->fd, 0, nr_pages * PAGE_SIZE));

	EXPECT_OK(__gmem_allocate(self->fd, 0, BIG_SIZE));
	EXPECT_EQ(BIG_SIZE / PAGE_SIZE, gmem_count_pages(self->fd, 0, BIG_SIZE));
}

GMEM_TEST_MAIN
