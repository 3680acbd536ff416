// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fail.h"
#include "fail_slab.h"

#define SETTINGS	"/sys/kernel/debug/"
#define MAKE_IT_FAIL	"/proc/thread-self/make-it-fail"
#define FAIL_NTH	"/proc/thread-self/fail-nth"

/*
 * In the order in which they are set: the filter first, so that the probability
 * never applies to anybody else. A thread's own nth failure heeds neither of the two.
 */
static struct setting {
	const char *name;
	const char *value;
	const char *after_boot;
	char before[32];
} settings[] = {
	{ .name = "failslab/task-filter", .value = "Y", .after_boot = "N" },
	{ .name = "failslab/verbose", .value = "0", .after_boot = "2" },
	{ .name = "failslab/ignore-gfp-wait", .value = "N", .after_boot = "Y" },
	{ .name = "failslab/cache-filter", .value = "N", .after_boot = "N" },
	{ .name = "failslab/interval", .value = "1", .after_boot = "1" },
	{ .name = "failslab/times", .value = "-1", .after_boot = "1" },
	/* Of allocations of pages only an nth can fail: their probability stays 0. */
	{ .name = "fail_page_alloc/verbose", .value = "0", .after_boot = "2" },
	{ .name = "fail_page_alloc/ignore-gfp-wait", .value = "N", .after_boot = "Y" },
	{ .name = "fail_page_alloc/ignore-gfp-highmem", .value = "N", .after_boot = "Y" },
	{ .name = "fail_page_alloc/min-order", .value = "0", .after_boot = "1" },
	/* Counts down while armed. */
	{ .name = "failslab/space", .value = "0", .after_boot = "0" },
	{ .name = "failslab/probability", .value = "100", .after_boot = "0" },
};

/* Open while the thread is armed, so that to disarm it takes no allocation. */
static __thread int task_fd = -1, nth_fd = -1;
static int lock_fd = -1;	/* a socket; the settings are ours while it is open */

static int open_setting(const char *name, int flags)
{
	char path[128];

	snprintf(path, sizeof(path), SETTINGS "%s", name);
	return open(path, flags | O_CLOEXEC);
}

static void set(const char *name, const char *value)
{
	int fd = open_setting(name, O_WRONLY);

	FAIL_UNLESS(fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value),
		    "set %s to %s: %s", name, value, errno_name(errno));
	close(fd);
}

static void get(struct setting *s)
{
	int fd = open_setting(s->name, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, s->before, sizeof(s->before) - 1);

	FAIL_UNLESS(n > 0, "read %s: %s", s->name, errno_name(errno));
	s->before[n] = '\0';
	s->before[strcspn(s->before, "\n")] = '\0';
	close(fd);
}

/*
 * The holder listens at a name, those who wait are connected to it and notice when it
 * closes the socket, or dies. Kernels without file locks are worth testing, too.
 */
static void take_lock(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "\0kvm-gmem-failslab" };
	char byte;
	int fd;

	for (;;) {
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		FAIL_UNLESS(fd >= 0, "socket: %s", errno_name(errno));
		if (!bind(fd, (struct sockaddr *)&name, sizeof(name)))
			break;
		FAIL_UNLESS(errno == EADDRINUSE, "bind: %s", errno_name(errno));
		if (!connect(fd, (struct sockaddr *)&name, sizeof(name)))
			(void)!read(fd, &byte, 1);
		close(fd);
	}
	FAIL_UNLESS(!listen(fd, SOMAXCONN), "listen: %s", errno_name(errno));
	lock_fd = fd;
}

bool fail_slab_available(void)
{
	return !access(SETTINGS "failslab/probability", R_OK | W_OK) &&
	       !access(SETTINGS "fail_page_alloc/min-order", R_OK | W_OK) &&
	       !access(MAKE_IT_FAIL, W_OK) && !access(FAIL_NTH, W_OK);
}

/* What a user of this file finds that was killed, rather than somebody's own settings. */
static bool are_left_over(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		if (strcmp(settings[i].before, settings[i].value) &&
		    strcmp(settings[i].name, "failslab/space"))
			return false;
	return true;
}

/* Also called when the case ends early, by fail_at_exit(). */
static void put_back(void *arg)
{
	size_t i;

	(void)arg;
	if (task_fd >= 0)
		fail_slab_disarm();
	if (nth_fd >= 0)
		fail_slab_disarm_nth();
	for (i = ARRAY_SIZE(settings); i; i--)
		set(settings[i - 1].name, settings[i - 1].before);
}

void fail_slab_open(void)
{
	bool left_over;
	size_t i;

	take_lock();
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		get(&settings[i]);
	left_over = are_left_over();
	for (i = 0; left_over && i < ARRAY_SIZE(settings); i++)
		strcpy(settings[i].before, settings[i].after_boot);
	fail_at_exit(put_back, NULL);
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		set(settings[i].name, settings[i].value);
}

void fail_slab_close(void)
{
	if (lock_fd < 0)
		return;
	put_back(NULL);
	fail_cancel(put_back, NULL);
	close(lock_fd);
	lock_fd = -1;
}

static void write_at(int fd, const char *path, const char *text)
{
	FAIL_UNLESS(pwrite(fd, text, strlen(text), 0) == (ssize_t)strlen(text),
		    "write %s to %s: %s", text, path, errno_name(errno));
}

static int open_own(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	FAIL_UNLESS(lock_fd >= 0, "armed without fail_slab_open()");
	FAIL_UNLESS(fd >= 0, "open %s: %s", path, errno_name(errno));
	return fd;
}

void fail_slab_arm(u32 bytes)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", bytes);
	set("failslab/space", text);
	task_fd = open_own(MAKE_IT_FAIL, O_WRONLY);
	write_at(task_fd, MAKE_IT_FAIL, "1");
}

void fail_slab_disarm(void)
{
	write_at(task_fd, MAKE_IT_FAIL, "0");
	close(task_fd);
	task_fd = -1;
}

void fail_slab_arm_nth(int nth)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", nth);
	nth_fd = open_own(FAIL_NTH, O_RDWR);
	/* Counting begins here. */
	write_at(nth_fd, FAIL_NTH, text);
}

bool fail_slab_disarm_nth(void)
{
	char left[16] = "";

	FAIL_UNLESS(pread(nth_fd, left, sizeof(left) - 1, 0) > 0, "read %s: %s", FAIL_NTH,
		    errno_name(errno));
	write_at(nth_fd, FAIL_NTH, "0");
	close(nth_fd);
	nth_fd = -1;
	return !atoi(left);
}

bool fail_slab_next(struct fail_slab_sweep *sweep)
{
	if (sweep->nth && !sweep->hit)
		return false;
	sweep->nth++;
	sweep->hit = false;
	return true;
}
