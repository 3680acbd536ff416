/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the library gives up: the plain x() of each __x()/x() pair must succeed,
 * and when it does not, the current case (a process of its own under
 * kselftest_harness.h) ends as failed after one readable line. Other cases of
 * the program go on.
 */
#ifndef KVM_GMEM_FAIL_H
#define KVM_GMEM_FAIL_H

#include "types.h"

/*
 * Print "# file:line: message" on stderr and end the calling process with
 * KSFT_FAIL. Safe from any thread of a case; never returns. Never exits with
 * KSFT_SKIP, whatever errno is: a failed call is no reason to skip.
 */
__noreturn void fail_abort(const char *file, int line, const char *fmt, ...)
	__printf_like(3, 4);

#define FAIL(fmt, ...)	fail_abort(__FILE__, __LINE__, fmt, ##__VA_ARGS__)

/* End the case unless @cond holds; the message says what was expected. */
#define FAIL_UNLESS(cond, fmt, ...)				\
	do {							\
		if (!(cond))					\
			FAIL(fmt, ##__VA_ARGS__);		\
	} while (0)

/*
 * For calls that return 0/fd or -errno: end the case when @ret is negative,
 * printing the call and the error's name. Evaluates to @ret.
 */
#define MUST(call)						\
	({							\
		__typeof__(call) __must_ret = (call);		\
								\
		if (__must_ret < 0)				\
			FAIL("%s: %s", #call,			\
			     errno_name((int)-__must_ret));	\
		__must_ret;					\
	})

/*
 * What the case did to the machine and must undo however it ends: fail_abort() and
 * the signals that end a case (SIGTERM of the runner, abort() of ASSERT_*, ...) call
 * the functions that were left, last come first served. Shortly before the case's time
 * limit, where the harness would use SIGKILL, they are called too, and the case ends.
 *
 * @fn is called at most once, in whatever state the case is: only system calls, nothing
 * that waits or allocates; it may find its work half done. Call both from one thread.
 * They are of this process: a forked child does not run its parent's. The harness ends
 * a case that skips in its set-up without any of this, so REQUIRE() comes first.
 */
void fail_at_exit(void (*fn)(void *arg), void *arg);

/* It was undone: the latest fail_at_exit() of the same two is forgotten. */
void fail_cancel(void (*fn)(void *arg), void *arg);

/* Call what is left now. Other threads that get here wait for the end. */
void fail_undo_all(void);

/* The name of an errno value ("EINVAL"), or "errno N" for an unknown one. */
const char *errno_name(int err);

#endif
