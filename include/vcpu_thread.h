/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vCPUs that run in threads of their own, and a barrier between threads.
 * Nothing here waits for ever: a wait that passes wait_limit_seconds() ends the
 * case with a line that says what was waited for. The limit only bounds a
 * failure, no verdict depends on how fast a machine is.
 */
#ifndef KVM_GMEM_VCPU_THREAD_H
#define KVM_GMEM_VCPU_THREAD_H

#include <pthread.h>

#include "vcpu.h"

struct vcpu_thread {
	pthread_t thread;
	struct vcpu *vcpu;
	struct vm_exit exit;
};

/*
 * Run vcpu_run() once in a new thread; the prepared call goes on meanwhile.
 * EXPECT_* and ASSERT_* are for the test's own thread: look at the exit that
 * vcpu_thread_join() returns.
 */
void vcpu_thread_start(struct vcpu_thread *t, struct vcpu *vcpu);
struct vm_exit vcpu_thread_join(struct vcpu_thread *t);

/*
 * Wait until @counter, one of the guest's own variables that the vCPU of a thread adds to,
 * has grown by @more from now on.
 */
void vcpu_thread_wait_progress(const struct vcpu_thread *t, const u64 *counter, u64 more);

struct barrier {
	pthread_mutex_t lock;
	pthread_cond_t all_here;
	int nr_threads;
	int nr_waiting;
	unsigned int round;
};

void barrier_init(struct barrier *b, int nr_threads);
void barrier_wait(struct barrier *b);

/* pthread_join() with the limit; @what names the thread in the failure. */
void *thread_join(pthread_t thread, const char *what);

#endif
