// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "fail.h"
#include "trace.h"

#define INSTANCE_PREFIX	"kvm-gmem-"

struct trace {
	int dir_fd;
	int hold_fd;		/* an open file: the instance cannot be removed */
	char path[PATH_MAX];
};

/* Where tracefs is mounted, or NULL. */
static const char *tracefs_root(void)
{
	static const char * const places[] = {
		"/sys/kernel/tracing", "/sys/kernel/debug/tracing",
	};
	struct statfs st;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		if (!statfs(places[i], &st) && st.f_type == TRACEFS_MAGIC)
			return places[i];
	}
	return NULL;
}

bool trace_available(void)
{
	const char *root = tracefs_root();
	char path[PATH_MAX];

	if (!root)
		return false;
	snprintf(path, sizeof(path), "%s/instances", root);
	return !access(path, W_OK | X_OK);
}

/* "system:name" to "events/system/name/FILE" for openat(). */
static int event_path(char *path, size_t size, const char *event, const char *file)
{
	const char *colon = strchr(event, ':');
	int n;

	if (!colon || colon == event || !colon[1] || strchr(event, '/'))
		return -EINVAL;
	n = snprintf(path, size, "events/%.*s/%s/%s", (int)(colon - event), event, colon + 1,
		     file);
	return n < (int)size ? 0 : -EINVAL;
}

bool trace_has_event(const char *event)
{
	const char *root = tracefs_root();
	char path[PATH_MAX], file[NAME_MAX];

	if (!root || event_path(file, sizeof(file), event, "enable"))
		return false;
	snprintf(path, sizeof(path), "%s/%s", root, file);
	return !access(path, F_OK);
}

/*
 * Remove the instances that crashed cases left. The kernel refuses to remove one
 * with an open file, so those of living owners stay, without a look at any pid.
 */
static void sweep(const char *instances)
{
	DIR *dir = opendir(instances);
	struct dirent *de;

	if (!dir)
		return;
	while ((de = readdir(dir))) {
		if (!strncmp(de->d_name, INSTANCE_PREFIX, strlen(INSTANCE_PREFIX)))
			unlinkat(dirfd(dir), de->d_name, AT_REMOVEDIR);
	}
	closedir(dir);
}

static int write_file(int at, const char *name, const char *text, int flags)
{
	const int fd = openat(at, name, O_WRONLY | O_CLOEXEC | flags);
	const size_t len = strlen(text);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (len && write(fd, text, len) != (ssize_t)len)
		ret = -errno;
	close(fd);
	return ret;
}

/* One attempt: -EAGAIN if there is one of that name. */
static int make_instance(struct trace *t, const char *root)
{
	static unsigned int nr;
	int err;

	snprintf(t->path, sizeof(t->path), "%s/instances/" INSTANCE_PREFIX "%d-%u", root,
		 getpid(), nr++);
	if (mkdir(t->path, 0700))
		/* Of a process that had our pid; a child of it may live on. */
		return errno == EEXIST ? -EAGAIN : -errno;
	t->dir_fd = open(t->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	t->hold_fd = t->dir_fd < 0 ? -1 : openat(t->dir_fd, "tracing_on", O_RDONLY | O_CLOEXEC);
	if (t->hold_fd >= 0)
		return 0;
	err = errno;
	if (t->dir_fd >= 0)
		close(t->dir_fd);
	rmdir(t->path);
	return -err;
}

/*
 * Those who sweep and those who make an instance take turns: one that is not held
 * yet would be swept.
 */
static int lock_instances(const char *instances)
{
	int fd = open(instances, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	while (flock(fd, LOCK_EX)) {
		if (errno == EINTR)
			continue;
		close(fd);
		return -errno;
	}
	return fd;
}

/* An instance starts with the options that somebody gave the top one. */
static int set_options(const struct trace *t)
{
	static const char * const options[] = {
		"nocontext-info", "noraw", "nohex", "nobin",
	};
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		ret = write_file(t->dir_fd, "trace_options", options[i], 0);
		if (ret)
			return ret;
	}
	return write_file(t->dir_fd, "tracing_on", "1", 0);
}

/* Also called when the case ends early, by fail_at_exit(). */
static void remove_instance(void *arg)
{
	struct trace *t = arg;

	close(t->hold_fd);
	close(t->dir_fd);
	/* Disables its events too. Should it fail, the next sweep tries again. */
	rmdir(t->path);
}

int __trace_open(struct trace **trace)
{
	const char *root = tracefs_root();
	char instances[PATH_MAX];
	struct trace *t;
	int ret, tries, lock;

	if (!root)
		return -ENOENT;
	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	snprintf(instances, sizeof(instances), "%s/instances", root);
	lock = lock_instances(instances);
	if (lock < 0) {
		free(t);
		return lock;
	}
	sweep(instances);
	for (tries = 0, ret = -EAGAIN; ret == -EAGAIN && tries < 100; tries++)
		ret = make_instance(t, root);
	close(lock);
	if (ret) {
		free(t);
		return ret;
	}
	fail_at_exit(remove_instance, t);
	ret = set_options(t);
	if (ret) {
		trace_close(t);
		return ret;
	}
	*trace = t;
	return 0;
}

struct trace *trace_open(void)
{
	struct trace *t = NULL;

	MUST(__trace_open(&t));
	return t;
}

void trace_close(struct trace *t)
{
	if (!t)
		return;
	remove_instance(t);
	fail_cancel(remove_instance, t);
	free(t);
}

int __trace_enable(struct trace *t, const char *event, const char *filter)
{
	char path[NAME_MAX];
	int ret;

	ret = event_path(path, sizeof(path), event, "filter");
	if (ret)
		return ret;
	/* "0" removes a filter. */
	ret = write_file(t->dir_fd, path, filter ? filter : "0", 0);
	if (ret)
		return ret;
	ret = event_path(path, sizeof(path), event, "enable");
	return ret ? ret : write_file(t->dir_fd, path, "1", 0);
}

void trace_enable(struct trace *t, const char *event, const char *filter)
{
	const int ret = __trace_enable(t, event, filter);

	if (ret)
		FAIL("trace event %s, filter %s: %s", event, filter ? filter : "none",
		     errno_name(-ret));
}

void trace_enable_own(struct trace *t, const char *event)
{
	char filter[64];

	snprintf(filter, sizeof(filter), "common_pid == %d", gettid());
	trace_enable(t, event, filter);
}

void trace_set_buffer_size(struct trace *t, unsigned int kib)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", kib);
	MUST(write_file(t->dir_fd, "buffer_size_kb", text, 0));
}

void trace_clear(struct trace *t)
{
	MUST(write_file(t->dir_fd, "trace", "", O_TRUNC));
}

/* The whole of a file whose size nobody knows, NUL at the end. */
static int read_file(int at, const char *name, char **text)
{
	const int fd = openat(at, name, O_RDONLY | O_CLOEXEC);
	size_t len = 0, size = 0;
	char *buf = NULL, *bigger;
	ssize_t n;
	int ret = 0;

	if (fd < 0)
		return -errno;
	do {
		if (size - len < 2) {
			size = size ? 2 * size : 4096;
			bigger = realloc(buf, size);
			if (!bigger) {
				ret = -ENOMEM;
				break;
			}
			buf = bigger;
		}
		n = read(fd, buf + len, size - len - 1);
		if (n < 0)
			ret = -errno;
		else
			len += n;
	} while (n > 0);
	close(fd);
	if (ret) {
		free(buf);
		return ret;
	}
	buf[len] = '\0';
	*text = buf;
	return 0;
}

/* -EOVERFLOW if the ring buffer of one CPU had to drop or overwrite something. */
static int check_cpu(int per_cpu, const char *cpu)
{
	static const char * const losses[] = { "overrun: ", "dropped events: " };
	char path[NAME_MAX + 8], *text, *p;
	int ret;
	size_t i;

	snprintf(path, sizeof(path), "%s/stats", cpu);
	ret = read_file(per_cpu, path, &text);
	if (ret)
		return ret;
	/* "overrun" also finds "commit overrun", which is a loss as well. */
	for (i = 0; i < ARRAY_SIZE(losses); i++) {
		for (p = text; (p = strstr(p, losses[i])); p++) {
			if (strtoull(p + strlen(losses[i]), NULL, 10))
				ret = -EOVERFLOW;
		}
	}
	free(text);
	return ret;
}

static int check_losses(const struct trace *t)
{
	const int fd = openat(t->dir_fd, "per_cpu", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *de;
	int ret = 0;
	DIR *dir;

	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while (!ret && (de = readdir(dir))) {
		if (!strncmp(de->d_name, "cpu", 3))
			ret = check_cpu(fd, de->d_name);
	}
	closedir(dir);
	return ret;
}

int __trace_read(struct trace *t, struct trace_log *log)
{
	char *text;
	int ret;

	ret = read_file(t->dir_fd, "trace", &text);
	if (ret)
		return ret;
	ret = trace_log_parse(log, text);
	if (ret)
		return ret;
	/* Last, so that a loss while we were reading counts too. */
	ret = check_losses(t);
	if (ret)
		trace_log_free(log);
	return ret;
}

void trace_read(struct trace *t, struct trace_log *log)
{
	MUST(__trace_read(t, log));
}

u64 trace_count(struct trace *t, const char *name)
{
	struct trace_log log;
	u64 n;

	trace_read(t, &log);
	n = trace_log_count(&log, name);
	trace_log_free(&log);
	return n;
}
