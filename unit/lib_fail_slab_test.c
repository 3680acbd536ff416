// SPDX-License-Identifier: GPL-2.0
/*
 * fail_slab.c: the settings of fault injection are as before, however their user ends.
 * Skips where the kernel has none; tools/check.sh runs it in the VM.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "fail_slab.h"

#include "kselftest_harness.h"

#define SETTINGS	"/sys/kernel/debug/failslab/"

struct values {
	char text[128];
};

/* All settings but the one that counts down. */
static void read_values(struct values *v)
{
	static const char * const names[] = {
		"task-filter", "verbose", "ignore-gfp-wait", "cache-filter", "interval", "times",
		"probability",
	};
	char path[128];
	ssize_t n, len = 0;
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), SETTINGS "%s", names[i]);
		fd = open(path, O_RDONLY);
		n = read(fd, v->text + len, sizeof(v->text) - 1 - len);
		FAIL_UNLESS(n > 0, "%s: %s", path, errno_name(errno));
		len += n;
		close(fd);
	}
	v->text[len] = '\0';
}

static void set_interval(const char *value)
{
	int fd = open(SETTINGS "interval", O_WRONLY);

	FAIL_UNLESS(write(fd, value, 1) == 1, "interval: %s", errno_name(errno));
	close(fd);
}

FIXTURE(settings) {
	struct values before, after;
};

FIXTURE_SETUP(settings)
{
	if (!fail_slab_available())
		SKIP(return, "no fault injection into slab allocations");
	/* What another run may have left is gone after a first use. */
	fail_slab_open();
	fail_slab_close();
	read_values(&self->before);
}

FIXTURE_TEARDOWN(settings)
{
	read_values(&self->after);
	EXPECT_STREQ(self->before.text, self->after.text);
}

/* Run @body in a child, and wait for its end. */
static void run(void (*body)(void))
{
	pid_t pid = fork();

	if (!pid) {
		/* What is expected here is no diagnostic. */
		(void)!freopen("/dev/null", "w", stderr);
		body();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void use(void)
{
	struct values used;

	fail_slab_open();
	read_values(&used);
	if (!strstr(used.text, "100"))
		raise(SIGKILL);
	fail_slab_close();
}

/* Red: no set() in put_back(). */
TEST_F(settings, close_puts_them_back)
{
	struct values other;

	/* Means nothing while the probability is 0. */
	set_interval("3");
	read_values(&other);
	run(use);
	read_values(&self->after);
	EXPECT_STREQ(other.text, self->after.text);
	set_interval("1");
}

static void fail(void)
{
	fail_slab_open();
	FAIL("on purpose");
}

static void fail_while_armed(void)
{
	fail_slab_open();
	fail_slab_arm(0);
	FAIL("on purpose");
}

static void fail_while_counting(void)
{
	fail_slab_open();
	fail_slab_arm_nth(1);
	FAIL("on purpose");
}

/* Red: no fail_at_exit(); no disarming in put_back() (armed: it cannot open a setting). */
TEST_F(settings, failure_puts_them_back)
{
	void (*const ways[])(void) = { fail, fail_while_armed, fail_while_counting };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		run(ways[i]);
		/* Before the next one repairs what this one has left. */
		read_values(&self->after);
		EXPECT_STREQ(self->before.text, self->after.text);
	}
}

static void die(void)
{
	fail_slab_open();
	raise(SIGKILL);
}

/* Red: are_left_over() false. */
TEST_F(settings, next_user_puts_back_what_a_killed_one_left)
{
	struct values left;

	run(die);
	read_values(&left);
	EXPECT_STRNE(self->before.text, left.text);
	run(use);
}

static int open_null(void)
{
	int fd = open("/dev/null", O_RDONLY);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* One failure a round, from the first allocation on, and an end behind the last. */
static void check_sweep(void)
{
	struct fail_slab_sweep sweep = { 0 };
	int ret = -1, nr_rounds = 0;

	while (fail_slab_next(&sweep)) {
		nr_rounds++;
		FAIL_UNLESS(sweep.nth == nr_rounds, "round %d: nth %d", nr_rounds, sweep.nth);
		ret = FAIL_SLAB_NTH(&sweep, open_null());
		FAIL_UNLESS(!ret || (ret == -ENOMEM && sweep.hit), "round %d: %s, %s", nr_rounds,
			    errno_name(-ret), sweep.hit ? "hit" : "not hit");
	}
	FAIL_UNLESS(!ret && !sweep.hit, "the last round: %s", errno_name(-ret));
	FAIL_UNLESS(sweep.nr_failed > 0 && sweep.nr_failed < nr_rounds, "%d of %d failed",
		    sweep.nr_failed, nr_rounds);
}

static void check_failures(void)
{
	fail_slab_open();
	fail_slab_arm(0);
	FAIL_UNLESS(open("/dev/null", O_RDONLY) < 0 && errno == ENOMEM, "armed: no failure");
	fail_slab_disarm();
	FAIL_UNLESS(open("/dev/null", O_RDONLY) >= 0, "disarmed: %s", errno_name(errno));
	fail_slab_arm_nth(1);
	FAIL_UNLESS(open("/dev/null", O_RDONLY) < 0 && errno == ENOMEM, "1st: no failure");
	FAIL_UNLESS(open("/dev/null", O_RDONLY) >= 0, "2nd: %s", errno_name(errno));
	FAIL_UNLESS(fail_slab_disarm_nth(), "the 1st allocation was not reached");
	fail_slab_arm_nth(1000);
	FAIL_UNLESS(open("/dev/null", O_RDONLY) >= 0, "1000th: %s", errno_name(errno));
	FAIL_UNLESS(!fail_slab_disarm_nth(), "the 1000th allocation was reached");
	check_sweep();
	fail_slab_close();
}

/* Red: ignore-gfp-wait not set; "0" written to neither; fail_slab_next() not advancing. */
TEST_F(settings, allocations_fail_while_armed_and_no_longer)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		check_failures();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, status);
}

TEST_HARNESS_MAIN
