// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <setjmp.h>
#include <signal.h>

#include "fail.h"
#include "host_fault.h"

/* The handler reads it in the middle of an access, which no compiler can know. */
static __thread sigjmp_buf *volatile resume;
static __thread struct host_fault caught;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)context;
	/* Not one of the accesses below: let it end the case. */
	if (!resume) {
		signal(sig, SIG_DFL);
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

	FAIL_UNLESS(!sigaction(SIGBUS, &sa, NULL) && !sigaction(SIGSEGV, &sa, NULL),
		    "sigaction: %s", errno_name(errno));
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
