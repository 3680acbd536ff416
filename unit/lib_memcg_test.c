// SPDX-License-Identifier: GPL-2.0
/*
 * memcg.c: asking changes nothing, and no group stays behind. For a machine that may
 * be hurt: tools/check.sh runs it in the VM.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disposable.h"
#include "fail.h"
#include "memcg.h"

#include "kselftest_harness.h"

#define CGROUP_ROOT	"/sys/fs/cgroup"

static int nr_groups(void)
{
	DIR *dir = opendir(CGROUP_ROOT);
	struct dirent *de;
	int nr = 0;

	while (dir && (de = readdir(dir)))
		nr += !strncmp(de->d_name, "kvm-gmem-", 9);
	if (dir)
		closedir(dir);
	return nr;
}

static bool memory_is_enabled(void)
{
	int fd = open(CGROUP_ROOT "/cgroup.subtree_control", O_RDONLY);
	char text[128] = "";

	(void)!read(fd, text, sizeof(text) - 1);
	close(fd);
	return strstr(text, "memory");
}

FIXTURE(memcg) {
	int nr_before;
};

FIXTURE_SETUP(memcg)
{
	int fd;

	if (!machine_is_disposable() || !memcg_available())
		SKIP(return, "no memory cgroup on a machine that may be hurt");
	fd = open(CGROUP_ROOT "/cgroup.subtree_control", O_WRONLY);
	ASSERT_EQ(7, write(fd, "-memory", 7));
	close(fd);
	self->nr_before = nr_groups();
}

FIXTURE_TEARDOWN(memcg)
{
	EXPECT_EQ(self->nr_before, nr_groups());
}

/* Run @body in a child: its wait status. */
static int run(void (*body)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		/* What is expected here is no diagnostic. */
		(void)!freopen("/dev/null", "w", stderr);
		body();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return status;
}

/* Red: memcg_available() by trying. */
TEST_F(memcg, asking_changes_nothing)
{
	ASSERT_FALSE(memory_is_enabled());
	EXPECT_TRUE(memcg_available());
	EXPECT_FALSE(memory_is_enabled());
}

/* Red: no machine_is_disposable() in memcg_available(). */
TEST_F(memcg, users_machine_keeps_its_controllers)
{
	struct memcg cg;

	setenv(DISPOSABLE_ENV, "0", 1);
	EXPECT_FALSE(memcg_available());
	setenv(DISPOSABLE_ENV, "1", 1);
	memcg_create(&cg);
	memcg_delete(&cg);
	EXPECT_TRUE(memory_is_enabled());
	/* Somebody has enabled it: then it may be used. */
	setenv(DISPOSABLE_ENV, "0", 1);
	EXPECT_TRUE(memcg_available());
}

static struct memcg inside;

static void enter(void)
{
	memcg_create(&inside);
	memcg_enter(&inside);
}

static void fail_inside(void)
{
	enter();
	FAIL("on purpose");
}

/* Red: no fail_at_exit(); no way out in its function. */
TEST_F(memcg, failure_removes_the_group)
{
	int status = run(fail_inside);

	EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

static void die_inside(void)
{
	enter();
	raise(SIGKILL);
}

/* Red: no sweep(). */
TEST_F(memcg, next_user_removes_the_group_of_a_killed_one)
{
	struct memcg cg;

	run(die_inside);
	EXPECT_EQ(self->nr_before + 1, nr_groups());
	memcg_create(&cg);
	EXPECT_EQ(self->nr_before + 1, nr_groups());
	memcg_delete(&cg);
}

static void use(void)
{
	enter();
	FAIL_UNLESS(mmap(NULL, 8 * MEMCG_SLACK, PROT_READ | PROT_WRITE, MAP_PRIVATE |
			 MAP_ANONYMOUS | MAP_POPULATE, -1, 0) != MAP_FAILED, "mmap");
	FAIL_UNLESS(!memcg_complaint(&inside, 8 * MEMCG_SLACK), "what is charged");
	FAIL_UNLESS(memcg_complaint(&inside, 6 * MEMCG_SLACK), "more than that");
	FAIL_UNLESS(memcg_complaint(&inside, 10 * MEMCG_SLACK), "less than that");
	memcg_leave(&inside);
	memcg_delete(&inside);
}

/* Red: either half of the condition in memcg_complaint(). */
TEST_F(memcg, charge_is_told_from_more_and_less)
{
	EXPECT_EQ(0, run(use));
}

TEST_HARNESS_MAIN
