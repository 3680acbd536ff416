// SPDX-License-Identifier: GPL-2.0
/* What a case must undo when it ends early; see fail.h. */
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "case_limit.h"
#include "fail.h"

#define MAX_HOOKS	16
#define MARGIN		2	/* seconds before the harness' SIGKILL */

static struct hook {
	void (*fn)(void *arg);	/* NULL: cancelled */
	void *arg;
} hooks[MAX_HOOKS];

static int nr_hooks;
static pid_t owner;		/* the process whose hooks these are */
static pid_t runner;		/* the thread that calls them */

void fail_undo_all(void)
{
	const pid_t me = gettid();
	struct hook hook;
	pid_t none = 0;

	if (owner != getpid())
		return;
	if (!__atomic_compare_exchange_n(&runner, &none, me, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST) && none != me)
		for (;;)
			pause();
	/* A hook that fails comes back here, and the others have their turn. */
	while (nr_hooks) {
		hook = hooks[--nr_hooks];
		if (hook.fn)
			hook.fn(hook.arg);
	}
}

static void on_end(int sig, siginfo_t *info, void *context)
{
	(void)context;
	fail_undo_all();
	if (owner == getpid() && info->si_code == SI_TIMER)
		FAIL("the case did not end within its %d s", case_limit_seconds());
	/* SA_RESETHAND: the default, which is the end. */
	raise(sig);
}

/* Seconds since this process was made. */
static long process_age(void)
{
	unsigned long long start = 0;
	struct timespec now;
	FILE *f = fopen("/proc/self/stat", "re");

	/* After the name, which has no blank or ")" here: the 22nd field. */
	if (f && fscanf(f, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u"
			"%*d %*d %*d %*d %*d %*d %llu", &start) != 1)
		start = 0;
	if (f)
		fclose(f);
	clock_gettime(CLOCK_BOOTTIME, &now);
	return start ? now.tv_sec - (long)(start / sysconf(_SC_CLK_TCK)) : 0;
}

static void set_time_limit(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGTERM };
	const long left = case_limit_seconds() - MARGIN - process_age();
	struct itimerspec limit = { .it_value.tv_sec = left < 1 ? 1 : left };
	timer_t timer;

	/* Without a timer such a case just ends by SIGKILL. */
	if (!timer_create(CLOCK_MONOTONIC, &event, &timer))
		timer_settime(timer, 0, &limit, NULL);
}

/* The first hook of this process; a parent's are none of its business. */
static void take_over(void)
{
	static const int signals[] = {
		SIGTERM, SIGABRT, SIGALRM, SIGSEGV, SIGBUS, SIGILL, SIGFPE,
	};
	struct sigaction sa = {
		.sa_sigaction = on_end, .sa_flags = SA_SIGINFO | SA_RESETHAND | SA_NODEFER,
	};
	struct sigaction old;
	size_t i;

	nr_hooks = 0;
	runner = 0;
	owner = getpid();
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		if (!sigaction(signals[i], NULL, &old) && old.sa_handler == SIG_DFL)
			sigaction(signals[i], &sa, NULL);
	set_time_limit();
}

void fail_at_exit(void (*fn)(void *arg), void *arg)
{
	if (owner != getpid())
		take_over();
	FAIL_UNLESS(nr_hooks < MAX_HOOKS, "more than %d things to undo", MAX_HOOKS);
	hooks[nr_hooks] = (struct hook) { fn, arg };
	/* A signal comes before both or after both. */
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	nr_hooks++;
}

void fail_cancel(void (*fn)(void *arg), void *arg)
{
	int i;

	if (owner != getpid())
		return;
	for (i = nr_hooks - 1; i >= 0; i--)
		if (hooks[i].fn == fn && hooks[i].arg == arg)
			break;
	if (i >= 0)
		hooks[i].fn = NULL;
	while (nr_hooks && !hooks[nr_hooks - 1].fn)
		nr_hooks--;
}
