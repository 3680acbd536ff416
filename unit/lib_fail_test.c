// SPDX-License-Identifier: GPL-2.0
/* fail_exit.c: what a case that ends early undoes, and in which order. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case_limit.h"
#include "fail.h"
#include "host_fault.h"

#include "kselftest_harness.h"

#define EXIT_FAILED	1

/* Hooks tell of themselves by a letter on this pipe. */
static int trail[2];

static void leave_letter(void *arg)
{
	(void)!write(trail[1], arg, 1);
}

static void leave_letter_and_fail(void *arg)
{
	leave_letter(arg);
	FAIL("a hook that fails");
}

/* Run @body in a child: its wait status, and the letters that it left. */
static int run(void (*body)(void), char *letters, size_t size)
{
	int status = -1;
	pid_t pid;
	ssize_t n;

	FAIL_UNLESS(!pipe(trail), "pipe");
	pid = fork();
	if (!pid) {
		/* What is expected here is no diagnostic. */
		(void)!freopen("/dev/null", "w", stderr);
		body();
		_exit(0);
	}
	close(trail[1]);
	waitpid(pid, &status, 0);
	n = read(trail[0], letters, size - 1);
	letters[n < 0 ? 0 : n] = '\0';
	close(trail[0]);
	return status;
}

static void leave_three(void)
{
	fail_at_exit(leave_letter, "a");
	fail_at_exit(leave_letter, "b");
	fail_at_exit(leave_letter, "c");
}

static void fail_with_three(void)
{
	leave_three();
	FAIL("on purpose");
}

/* Red: first come first served; fail_abort() without fail_undo_all(). */
TEST(failure_undoes_all_last_first)
{
	char letters[16];
	int status = run(fail_with_three, letters, sizeof(letters));

	EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILED);
	EXPECT_STREQ("cba", letters);
}

static void end_with_three(void)
{
	leave_three();
	exit(0);
}

/* Red: fail_undo_all() by atexit(). */
TEST(regular_end_undoes_nothing)
{
	char letters[16];
	int status = run(end_with_three, letters, sizeof(letters));

	EXPECT_EQ(0, status);
	EXPECT_STREQ("", letters);
}

static void cancel_some(void)
{
	static char b[] = "b";

	fail_at_exit(leave_letter, "a");
	fail_at_exit(leave_letter, b);
	fail_at_exit(leave_letter, b);
	fail_at_exit(leave_letter, "c");
	fail_cancel(leave_letter, b);
	fail_cancel(leave_letter, "nothing of ours");
	fail_cancel(leave_letter_and_fail, b);
	FAIL("on purpose");
}

/* Red: fail_cancel() by function alone; of all that match. */
TEST(cancelled_is_not_undone)
{
	char letters[16];

	run(cancel_some, letters, sizeof(letters));
	EXPECT_STREQ("cba", letters);
}

static void cancel_often(void)
{
	int i;

	for (i = 0; i < 1000; i++) {
		fail_at_exit(leave_letter, "a");
		fail_at_exit(leave_letter, "b");
		fail_cancel(leave_letter, "a");
		fail_cancel(leave_letter, "b");
	}
	fail_at_exit(leave_letter, "c");
	FAIL("on purpose");
}

/* Red: slots of cancelled hooks not used again. */
TEST(cancelled_takes_no_room)
{
	char letters[16];

	run(cancel_often, letters, sizeof(letters));
	EXPECT_STREQ("c", letters);
}

static void fail_in_hook(void)
{
	fail_at_exit(leave_letter, "a");
	fail_at_exit(leave_letter_and_fail, "b");
	fail_at_exit(leave_letter, "c");
	FAIL("on purpose");
}

/* Red: the count lowered after the call (for ever "b"). */
TEST(hook_that_fails_does_not_keep_the_others)
{
	char letters[16];

	run(fail_in_hook, letters, sizeof(letters));
	EXPECT_STREQ("cba", letters);
}

static void fail_in_child(void)
{
	int status;
	pid_t pid;

	leave_three();
	pid = fork();
	if (!pid)
		FAIL("in a child");
	waitpid(pid, &status, 0);
	pid = fork();
	if (!pid)
		raise(SIGTERM);
	waitpid(pid, &status, 0);
	/* A child may have hooks of its own. */
	pid = fork();
	if (!pid) {
		fail_at_exit(leave_letter, "x");
		FAIL("in a child with a hook");
	}
	waitpid(pid, &status, 0);
}

/* Red: no look at the process. */
TEST(child_does_not_run_its_parents)
{
	char letters[16];

	run(fail_in_child, letters, sizeof(letters));
	EXPECT_STREQ("x", letters);
}

static void end_by_sigterm(void)
{
	leave_three();
	raise(SIGTERM);
}

static void end_by_abort(void)
{
	leave_three();
	abort();
}

/* Red: no signal handlers; an _exit() in them. */
TEST(signal_undoes_all_and_is_the_end)
{
	char letters[16];
	int status = run(end_by_sigterm, letters, sizeof(letters));

	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	EXPECT_STREQ("cba", letters);
	status = run(end_by_abort, letters, sizeof(letters));
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	EXPECT_STREQ("cba", letters);
}

static void end_by_fault(void)
{
	volatile int *volatile nowhere = NULL;

	leave_three();
	if (host_try_read((void *)nowhere).signal == SIGSEGV)
		leave_letter("s");
	*nowhere = 1;
}

/* Red: signals kept by host_try_read(). */
TEST(fault_is_the_end_after_one_that_was_caught)
{
	char letters[16];
	int status = run(end_by_fault, letters, sizeof(letters));

	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	EXPECT_STREQ("scba", letters);
}

static void ignore_sigterm(int sig)
{
	(void)sig;
	leave_letter("h");
}

static void own_handler(void)
{
	signal(SIGTERM, ignore_sigterm);
	leave_three();
	raise(SIGTERM);
}

/* Red: sigaction() without a look at what was there. */
TEST(handler_of_the_case_stays)
{
	char letters[16];
	int status = run(own_handler, letters, sizeof(letters));

	EXPECT_EQ(0, status);
	EXPECT_STREQ("h", letters);
}

static void hang(void)
{
	setenv(CASE_LIMIT_ENV, "1", 1);
	leave_three();
	for (;;)
		pause();
}

/* Red: no timer (the harness ends the case). */
TEST(hang_is_ended_before_the_harness_does)
{
	char letters[16];
	int status = run(hang, letters, sizeof(letters));

	EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILED);
	EXPECT_STREQ("cba", letters);
}

TEST_HARNESS_MAIN
