// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "host_fault.h"

/* The handler reads it in the middle of an access, which no compiler can know. */
static __thread sigjmp_buf *volatile resume;
static __thread struct host_fault caught;

/* Whose the signals were, and the threads that are looking. */
static struct sigaction old_bus, old_segv;
static int nr_looking;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void give_back(int sig)
{
	sigaction(sig, sig == SIGBUS ? &old_bus : &old_segv, NULL);
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)context;
	/* Not one of the accesses below: for whoever had the signal before, as it came. */
	if (!resume) {
		give_back(sig);
		syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), sig, info);
		return;
	}
	caught.signal = sig;
	caught.code = info->si_code;
	caught.address = info->si_addr;
	siglongjmp(*resume, 1);
}

static void watch_faults(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	pthread_mutex_lock(&lock);
	if (!nr_looking++)
		FAIL_UNLESS(!sigaction(SIGBUS, &sa, &old_bus) &&
			    !sigaction(SIGSEGV, &sa, &old_segv),
			    "sigaction: %s", errno_name(errno));
	pthread_mutex_unlock(&lock);
}

static void watch_no_more(void)
{
	pthread_mutex_lock(&lock);
	if (!--nr_looking) {
		give_back(SIGBUS);
		give_back(SIGSEGV);
	}
	pthread_mutex_unlock(&lock);
}

static struct host_fault try_access(volatile u8 *p, bool write, u8 byte)
{
	sigjmp_buf here;

	watch_faults();
	caught = (struct host_fault){ 0 };
	if (!sigsetjmp(here, 1)) {
		resume = &here;
		/* The compiler does not know that on_fault() looks at it meanwhile. */
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		if (write)
			*p = byte;
		else
			caught.byte = *p;
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
	}
	resume = NULL;
	watch_no_more();
	return caught;
}

struct host_fault host_try_read(const void *hva)
{
	return try_access((volatile u8 *)hva, false, 0);
}

struct host_fault host_try_write(void *hva, u8 byte)
{
	return try_access(hva, true, byte);
}
