// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fail.h"
#include "fail_slab.h"

#define SETTINGS	"/sys/kernel/debug/failslab/"
#define MAKE_IT_FAIL	"/proc/thread-self/make-it-fail"

/*
 * In the order in which they are set: the filter first, so that the probability
 * never applies to anybody else.
 */
static struct setting {
	const char *name;
	const char *value;
	char before[32];
} settings[] = {
	{ .name = "task-filter", .value = "Y" },
	{ .name = "verbose", .value = "0" },
	{ .name = "ignore-gfp-wait", .value = "N" },
	{ .name = "cache-filter", .value = "N" },
	{ .name = "interval", .value = "1" },
	{ .name = "times", .value = "-1" },
	{ .name = "space", .value = "0" },
	{ .name = "probability", .value = "100" },
};

static __thread int task_fd = -1;
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
		    "set failslab/%s to %s: %s", name, value, errno_name(errno));
	close(fd);
}

static void get(struct setting *s)
{
	int fd = open_setting(s->name, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, s->before, sizeof(s->before) - 1);

	FAIL_UNLESS(n > 0, "read failslab/%s: %s", s->name, errno_name(errno));
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
	return !access(SETTINGS "probability", R_OK | W_OK) && !access(MAKE_IT_FAIL, W_OK);
}

void fail_slab_open(void)
{
	size_t i;

	take_lock();
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		get(&settings[i]);
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		set(settings[i].name, settings[i].value);
}

void fail_slab_close(void)
{
	size_t i;

	if (lock_fd < 0)
		return;
	for (i = ARRAY_SIZE(settings); i; i--)
		set(settings[i - 1].name, settings[i - 1].before);
	close(lock_fd);
	lock_fd = -1;
}

static void make_it_fail(const char *on)
{
	FAIL_UNLESS(pwrite(task_fd, on, 1, 0) == 1, "write %s to " MAKE_IT_FAIL ": %s", on,
		    errno_name(errno));
}

void fail_slab_arm(u32 bytes)
{
	char text[16];

	if (task_fd < 0)
		task_fd = open(MAKE_IT_FAIL, O_WRONLY | O_CLOEXEC);
	FAIL_UNLESS(task_fd >= 0, "open " MAKE_IT_FAIL ": %s", errno_name(errno));
	snprintf(text, sizeof(text), "%u", bytes);
	set("space", text);
	make_it_fail("1");
}

void fail_slab_disarm(void)
{
	make_it_fail("0");
}
