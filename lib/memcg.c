// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "case_limit.h"
#include "disposable.h"
#include "fail.h"
#include "memcg.h"

#define CGROUP_ROOT	"/sys/fs/cgroup"
#define GROUP_PREFIX	"kvm-gmem-"

/* 0 or -errno. */
static int write_file(const char *dir, const char *name, const char *text)
{
	char path[128];
	int fd, ret = 0;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

/* Whether a list of controllers has memory. */
static bool has_memory(const char *file)
{
	char path[128], word[32];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", CGROUP_ROOT, file);
	f = fopen(path, "re");
	while (f && !found && fscanf(f, "%31s", word) == 1)
		found = !strcmp(word, "memory");
	if (f)
		fclose(f);
	return found;
}

bool memcg_available(void)
{
	if (access(CGROUP_ROOT, W_OK | X_OK) || access(CGROUP_ROOT "/cgroup.procs", W_OK))
		return false;
	if (has_memory("cgroup.subtree_control"))
		return true;
	return machine_is_disposable() && has_memory("cgroup.controllers") &&
	       !access(CGROUP_ROOT "/cgroup.subtree_control", W_OK);
}

/* Remove the groups of cases that were killed. */
static void sweep(void)
{
	DIR *dir = opendir(CGROUP_ROOT);
	struct dirent *de;
	int pid;

	while (dir && (de = readdir(dir)))
		if (sscanf(de->d_name, GROUP_PREFIX "%d-", &pid) == 1 && kill(pid, 0) &&
		    errno == ESRCH)
			unlinkat(dirfd(dir), de->d_name, AT_REMOVEDIR);
	if (dir)
		closedir(dir);
}

/* Also called when the case ends early, by fail_at_exit(). */
static void leave_and_remove(void *arg)
{
	struct memcg *cg = arg;

	(void)!write(cg->root_procs, "0", 1);
	rmdir(cg->path);
}

void memcg_create(struct memcg *cg)
{
	static unsigned int nr;

	if (!has_memory("cgroup.subtree_control")) {
		FAIL_UNLESS(machine_is_disposable(), "memcg_create() without memcg_available()");
		MUST(write_file(CGROUP_ROOT, "cgroup.subtree_control", "+memory"));
	}
	sweep();
	cg->root_procs = open(CGROUP_ROOT "/cgroup.procs", O_WRONLY | O_CLOEXEC);
	FAIL_UNLESS(cg->root_procs >= 0, "cgroup.procs: %s", errno_name(errno));
	snprintf(cg->path, sizeof(cg->path), CGROUP_ROOT "/" GROUP_PREFIX "%d-%u", getpid(), nr++);
	fail_at_exit(leave_and_remove, cg);
	FAIL_UNLESS(!mkdir(cg->path, 0755), "make %s: %s", cg->path, errno_name(errno));
}

void memcg_delete(struct memcg *cg)
{
	FAIL_UNLESS(!rmdir(cg->path), "remove %s: %s", cg->path, errno_name(errno));
	fail_cancel(leave_and_remove, cg);
	close(cg->root_procs);
}

void memcg_enter(struct memcg *cg)
{
	/* Before, for at its limit the group has no memory for this. */
	cg->base = memcg_usage(cg);
	MUST(write_file(cg->path, "cgroup.procs", "0"));
}

void memcg_leave(struct memcg *cg)
{
	FAIL_UNLESS(write(cg->root_procs, "0", 1) == 1, "leave %s: %s", cg->path,
		    errno_name(errno));
}

bool memcg_prepare_for_limit(void)
{
	return !write_file("/proc/self", "oom_score_adj", "-1000") && !mlockall(MCL_CURRENT);
}

void memcg_set_max(struct memcg *cg, u64 size)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", size);
	MUST(write_file(cg->path, "memory.max", text));
}

void memcg_reclaim(struct memcg *cg, u64 size)
{
	char text[32];
	int ret;

	snprintf(text, sizeof(text), "%llu", size);
	ret = write_file(cg->path, "memory.reclaim", text);
	FAIL_UNLESS(!ret || ret == -EAGAIN, "memory.reclaim: %s", errno_name(-ret));
}

static FILE *open_stat(struct memcg *cg, const char *file)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", cg->path, file);
	f = fopen(path, "re");
	FAIL_UNLESS(f, "%s: %s", path, errno_name(errno));
	return f;
}

u64 memcg_usage(struct memcg *cg)
{
	FILE *f = open_stat(cg, "memory.current");
	unsigned long long value = 0;

	FAIL_UNLESS(fscanf(f, "%llu", &value) == 1, "memory.current is not a number");
	fclose(f);
	return value;
}

const char *memcg_complaint(struct memcg *cg, u64 size)
{
	static char text[96];
	s64 charged = memcg_usage(cg) - cg->base, off = charged - (s64)size;

	if (off <= (s64)MEMCG_SLACK && -off <= (s64)MEMCG_SLACK)
		return NULL;
	snprintf(text, sizeof(text), "expected about %llu KiB charged to the cgroup, got %lld KiB",
		 size / 1024, charged / 1024);
	return text;
}

const char *memcg_settle_complaint(struct memcg *cg, u64 size)
{
	time_t limit = time(NULL) + wait_limit_seconds();
	const char *complaint;

	while ((complaint = memcg_complaint(cg, size)) && time(NULL) <= limit)
		sched_yield();
	return complaint;
}

u64 memcg_node_stat(struct memcg *cg, const char *name, int node)
{
	FILE *f = open_stat(cg, "memory.numa_stat");
	unsigned long long value = 0;
	size_t len = strlen(name);
	char line[1024], key[16];
	bool ok = false;
	char *found;

	snprintf(key, sizeof(key), " N%d=", node);
	while (!ok && fgets(line, sizeof(line), f)) {
		if (strncmp(line, name, len) || line[len] != ' ')
			continue;
		found = strstr(line, key);
		ok = found && sscanf(found + strlen(key), "%llu", &value) == 1;
	}
	fclose(f);
	FAIL_UNLESS(ok, "memory.numa_stat has no %s for node %d", name, node);
	return value;
}

u64 memcg_stat_slack(void)
{
	/* Twice the number of pages that memcontrol.c lets pass on each CPU. */
	return sysconf(_SC_NPROCESSORS_ONLN) * 2 * 64 * PAGE_SIZE;
}
