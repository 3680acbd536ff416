// SPDX-License-Identifier: GPL-2.0
/*
 * trace.c and trace_log.c. Parsing needs no tracefs; the cases of the fixture use
 * the real one, with an event that any process can cause, and skip without it.
 */
#include "fail.h"
#include "trace.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "kselftest_harness.h"

#define EVENT		"sched:sched_process_fork"
#define EVENT_NAME	"sched_process_fork"
#define INSTANCES	"/sys/kernel/tracing/instances"

static const char sample[] =
	"# tracer: nop\n"
	"#\n"
	"kvm_page_fault: vcpu 0 rip 0x401000 address 0x0000000040000000 error_code 0x7\n"
	"kvm_tdp_mmu_spte_changed: as id 0 gfn 40000 level 1 old_spte 0 new_spte 86000000123456f7\n"
	"##### CPU 1 buffer started ####\n"
	"kvm_page_fault: vcpu 1 rip 0x401000 address 0x0000000040001000 error_code 0x6\n"
	"kvm_mmu_split_huge_page: gfn 40200 spte 1a level 2 errno -12\n"
	"handle_mmio_page_fault: addr:fee00000 gfn fee00 access 3\n";

static int parse(struct trace_log *log, const char *text)
{
	return trace_log_parse(log, strdup(text));
}

/* Red: comment lines parsed; name compared by prefix. */
TEST(log_has_each_event_once_and_in_order)
{
	struct trace_log log;

	ASSERT_EQ(0, parse(&log, sample));
	ASSERT_EQ(5, log.nr);
	EXPECT_STREQ("kvm_page_fault", log.events[0].name);
	EXPECT_STREQ("handle_mmio_page_fault", log.events[4].name);
	EXPECT_STREQ("addr:fee00000 gfn fee00 access 3", log.events[4].args);
	EXPECT_EQ(5, trace_log_count(&log, NULL));
	EXPECT_EQ(2, trace_log_count(&log, "kvm_page_fault"));
	EXPECT_EQ(0, trace_log_count(&log, "kvm_page"));
	EXPECT_EQ(0, trace_log_count(&log, "mmio_page_fault"));
	trace_log_free(&log);
	EXPECT_EQ(0, log.nr);

	ASSERT_EQ(0, parse(&log, ""));
	EXPECT_EQ(0, log.nr);
	trace_log_free(&log);
	/* The last line may lack its newline; an event may print nothing. */
	ASSERT_EQ(0, parse(&log, "kvm_x: \nkvm_y:"));
	ASSERT_EQ(2, log.nr);
	EXPECT_STREQ("", log.events[0].args);
	EXPECT_STREQ("kvm_y", log.events[1].name);
	EXPECT_STREQ("", log.events[1].args);
	trace_log_free(&log);
}

/* Red: unknown lines skipped: an unreadable trace would count 0 events. */
TEST(log_refuses_what_it_cannot_count)
{
	static const struct {
		const char *text;
		int ret;
	} t[] = {
		{ "kvm_x: 1\nCPU:1 [LOST 5 EVENTS]\nkvm_x: 2\n", -EOVERFLOW },
		{ "CPU:0 [LOST EVENTS]\n", -EOVERFLOW },
		{ "[LINE TOO BIG]\n", -EBADMSG },
		{ "no event\n", -EBADMSG },
		{ "bash-123 [001] d..2. 1.5: kvm_x: 1\n", -EBADMSG },
		{ ": 1\n", -EBADMSG },
	};
	struct trace_log log;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		EXPECT_EQ(t[i].ret, parse(&log, t[i].text)) {
			TH_LOG("row %zu", i);
		}
	}
}

/* Red: key found inside a word; hex digits cut off at the first letter. */
TEST(field_is_the_number_after_its_key)
{
	static const struct {
		int event;
		const char *key;
		int base;
		bool found;
		u64 val;
	} t[] = {
		{ 0, "vcpu", 0, true, 0 },
		{ 0, "rip", 0, true, 0x401000 },
		{ 0, "address", 0, true, 0x40000000 },
		{ 0, "error_code", 0, true, 7 },
		{ 0, "code", 0, false, 0 },
		{ 0, "add", 0, false, 0 },
		{ 0, "nothing", 0, false, 0 },
		{ 0, "", 0, false, 0 },
		{ 1, "as id", 0, true, 0 },
		{ 1, "gfn", 16, true, 0x40000 },
		{ 1, "spte", 16, false, 0 },
		{ 1, "new_spte", 16, true, 0x86000000123456f7ULL },
		{ 1, "new_spte", 10, false, 0 },
		{ 3, "errno", 0, true, (u64)-12 },
		{ 3, "spte", 16, true, 0x1a },
		{ 3, "spte", 10, false, 0 },
		{ 4, "addr", 16, true, 0xfee00000 },
	};
	struct trace_log log;
	size_t i;
	u64 val;

	ASSERT_EQ(0, parse(&log, sample));
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		val = 0;
		EXPECT_EQ(t[i].found, trace_field(&log.events[t[i].event], t[i].key, t[i].base, &val))
			TH_LOG("%s", t[i].key);
		EXPECT_EQ(t[i].val, val) TH_LOG("%s", t[i].key);
	}
	trace_log_free(&log);
}

/* Red: no look at what follows the key; strtoull()'s errno and blanks. */
TEST(field_takes_colon_and_equals_sign)
{
	const struct trace_event e = { "x", "a: 1 b=2 c:3, (d 4) e  5 f = 6 g 99999999999999999999 h1 2" };
	u64 val;

	EXPECT_TRUE(trace_field(&e, "a", 0, &val) && val == 1);
	EXPECT_TRUE(trace_field(&e, "b", 0, &val) && val == 2);
	EXPECT_TRUE(trace_field(&e, "c", 0, &val) && val == 3);
	EXPECT_TRUE(trace_field(&e, "d", 0, &val) && val == 4);
	EXPECT_FALSE(trace_field(&e, "e", 0, &val));
	EXPECT_FALSE(trace_field(&e, "f", 0, &val));
	EXPECT_FALSE(trace_field(&e, "g", 0, &val));
	EXPECT_FALSE(trace_field(&e, "h", 0, &val));
}

FIXTURE(tracefs) {
	struct trace *t;
	char filter[64];
};

FIXTURE_SETUP(tracefs)
{
	if (!trace_available() || !trace_has_event(EVENT))
		SKIP(return, "no tracefs with " EVENT);
	self->t = trace_open();
	snprintf(self->filter, sizeof(self->filter), "common_pid == %d", getpid());
}

FIXTURE_TEARDOWN(tracefs)
{
	trace_close(self->t);
}

static void fork_times(int n)
{
	pid_t pid;

	while (n--) {
		pid = fork();
		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

/* Red: trace_clear() without O_TRUNC; no filter written. */
TEST_F(tracefs, counts_what_happened_since_the_last_clear)
{
	struct trace_log log;
	u64 pid = 0;

	fork_times(1);
	EXPECT_EQ(0, trace_count(self->t, NULL));
	trace_enable(self->t, EVENT, self->filter);
	fork_times(3);
	EXPECT_EQ(3, trace_count(self->t, EVENT_NAME));
	EXPECT_EQ(3, trace_count(self->t, NULL));
	trace_read(self->t, &log);
	EXPECT_TRUE(trace_field(&log.events[0], "pid", 0, &pid));
	EXPECT_EQ(getpid(), (pid_t)pid);
	trace_log_free(&log);
	trace_clear(self->t);
	EXPECT_EQ(0, trace_count(self->t, NULL));
	fork_times(2);
	EXPECT_EQ(2, trace_count(self->t, EVENT_NAME));
	trace_enable(self->t, EVENT, "common_pid == 0");
	fork_times(2);
	EXPECT_EQ(2, trace_count(self->t, EVENT_NAME));
}

/* Red: check_losses() dropped: the count is just too small. */
TEST_F(tracefs, a_full_buffer_is_an_error)
{
	struct trace_log log;
	u64 seen = 0, caused = 0;
	int ret;

	trace_enable(self->t, EVENT, self->filter);
	trace_set_buffer_size(self->t, 4);
	do {
		fork_times(50);
		caused += 50;
		ret = __trace_read(self->t, &log);
		if (!ret) {
			seen = log.nr;
			trace_log_free(&log);
			ASSERT_EQ(caused, seen);
		}
	} while (!ret && caused < 2000);
	EXPECT_EQ(-EOVERFLOW, ret);
	EXPECT_GT(seen, 0);
	trace_clear(self->t);
	EXPECT_EQ(0, trace_count(self->t, NULL));
}

TEST_F(tracefs, bad_events_and_filters_are_refused)
{
	EXPECT_EQ(-ENOENT, __trace_enable(self->t, "kvm:no_such_event", NULL));
	EXPECT_EQ(-EINVAL, __trace_enable(self->t, "no_colon", NULL));
	EXPECT_EQ(-EINVAL, __trace_enable(self->t, ":x", NULL));
	EXPECT_EQ(-EINVAL, __trace_enable(self->t, "x:", NULL));
	EXPECT_EQ(-EINVAL, __trace_enable(self->t, "../x:y", NULL));
	EXPECT_EQ(-EINVAL, __trace_enable(self->t, EVENT, "no_such_field == 1"));
	EXPECT_FALSE(trace_has_event("kvm:no_such_event"));
	EXPECT_FALSE(trace_has_event("no_colon"));
}

/* Is there the @nr-th instance that @pid opened? Others may come and go. */
static bool has_instance(pid_t pid, int nr)
{
	char path[128];

	snprintf(path, sizeof(path), INSTANCES "/kvm-gmem-%d-%d", pid, nr);
	return !access(path, F_OK);
}

/*
 * A child opens an instance and dies when @orders says so, without a word, as a
 * killed test does.
 */
static pid_t spawn_owner(int ready, int orders)
{
	const pid_t pid = fork();
	char c = 0;

	if (pid)
		return pid;
	trace_enable(trace_open(), EVENT, NULL);
	if (write(ready, &c, 1) == 1 && read(orders, &c, 1) == 1)
		raise(SIGKILL);
	_exit(1);
}

/* Red: no sweep() in __trace_open(); no rmdir() in trace_close(); no hold_fd. */
TEST_F(tracefs, instances_go_with_their_owner_and_not_before)
{
	int ready[2], orders[2], status;
	char foreign[128], c;
	struct trace *t;
	pid_t pid;

	snprintf(foreign, sizeof(foreign), INSTANCES "/not-kvm-gmem-%d", getpid());
	ASSERT_EQ(0, mkdir(foreign, 0700));
	ASSERT_EQ(0, pipe(ready));
	ASSERT_EQ(0, pipe(orders));
	pid = spawn_owner(ready[1], orders[0]);
	close(ready[1]);
	ASSERT_EQ(1, read(ready[0], &c, 1));

	/* The fixture's is number 0 here; the child counts on from it. */
	t = trace_open();
	EXPECT_TRUE(has_instance(getpid(), 0));
	EXPECT_TRUE(has_instance(getpid(), 1));
	EXPECT_TRUE(has_instance(pid, 1));
	trace_close(t);
	EXPECT_FALSE(has_instance(getpid(), 1));

	ASSERT_EQ(1, write(orders[1], &c, 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFSIGNALED(status));
	trace_close(trace_open());
	EXPECT_FALSE(has_instance(pid, 1));
	EXPECT_EQ(0, rmdir(foreign));
}

/* Red: no fail_at_exit() in __trace_open(). */
TEST_F(tracefs, failure_removes_the_instance)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		/* What is expected here is no diagnostic. */
		(void)!freopen("/dev/null", "w", stderr);
		trace_enable(trace_open(), EVENT, NULL);
		FAIL_UNLESS(!has_instance(getpid(), 1), "on purpose");
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(1, WEXITSTATUS(status));
	EXPECT_FALSE(has_instance(pid, 1));
}

/*
 * Cases run side by side, and each sweeps what others left. Red: no lock between those
 * who sweep and those who make (ENOENT now and then).
 */
TEST_F(tracefs, many_processes_open_and_close_at_once)
{
	int status, i, round;
	pid_t pids[6];

	for (i = 0; i < 6; i++) {
		pids[i] = fork();
		if (pids[i])
			continue;
		for (round = 0; round < 15; round++)
			trace_close(trace_open());
		_exit(0);
	}
	for (i = 0; i < 6; i++) {
		ASSERT_EQ(pids[i], waitpid(pids[i], &status, 0));
		EXPECT_EQ(0, status);
	}
}

TEST_HARNESS_MAIN
