// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#include "case_limit.h"
#include "fail.h"
#include "guest_image.h"
#include "vcpu_thread.h"

static struct timespec wait_limit(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_sec += wait_limit_seconds();
	return ts;
}

static void *run_once(void *arg)
{
	struct vcpu_thread *t = arg;

	t->exit = vcpu_run(t->vcpu);
	return NULL;
}

void vcpu_thread_start(struct vcpu_thread *t, struct vcpu *vcpu)
{
	int ret;

	t->vcpu = vcpu;
	ret = pthread_create(&t->thread, NULL, run_once, t);
	FAIL_UNLESS(!ret, "pthread_create: %s", errno_name(ret));
}

void *thread_join(pthread_t thread, const char *what)
{
	struct timespec limit = wait_limit();
	void *result = NULL;
	int ret = pthread_clockjoin_np(thread, &result, CLOCK_MONOTONIC, &limit);

	FAIL_UNLESS(!ret, "%s did not end within %d s: %s", what, wait_limit_seconds(),
		    errno_name(ret));
	return result;
}

struct vm_exit vcpu_thread_join(struct vcpu_thread *t)
{
	thread_join(t->thread, "a vCPU's thread");
	return t->exit;
}

void vcpu_thread_wait_progress(const struct vcpu_thread *t, const u64 *counter, u64 more)
{
	time_t limit = time(NULL) + wait_limit_seconds();
	const u64 *nr = guest_var(t->vcpu->vm, counter);
	u64 start = READ_ONCE(*nr);

	while (READ_ONCE(*nr) - start < more) {
		FAIL_UNLESS(time(NULL) <= limit, "vCPU %d makes no progress for %d s",
			    t->vcpu->index, wait_limit_seconds());
		sched_yield();
	}
}

void barrier_init(struct barrier *b, int nr_threads)
{
	memset(b, 0, sizeof(*b));
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->all_here, NULL);
	b->nr_threads = nr_threads;
}

void barrier_wait(struct barrier *b)
{
	struct timespec limit = wait_limit();
	unsigned int round;
	int ret = 0;

	pthread_mutex_lock(&b->lock);
	round = b->round;
	if (++b->nr_waiting == b->nr_threads) {
		b->nr_waiting = 0;
		b->round++;
		pthread_cond_broadcast(&b->all_here);
	}
	while (round == b->round && !ret)
		ret = pthread_cond_clockwait(&b->all_here, &b->lock, CLOCK_MONOTONIC, &limit);
	FAIL_UNLESS(round != b->round, "barrier: %d of %d threads after %d s", b->nr_waiting,
		    b->nr_threads, wait_limit_seconds());
	pthread_mutex_unlock(&b->lock);
}
