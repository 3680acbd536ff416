// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "memcg.h"

#define CGROUP_ROOT	"/sys/fs/cgroup"

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

static int __memcg_create(struct memcg *cg)
{
	static unsigned int nr;
	char file[128];
	int ret = write_file(CGROUP_ROOT, "cgroup.subtree_control", "+memory");

	if (ret)
		return ret;
	snprintf(cg->path, sizeof(cg->path), "%s/kvm-gmem-%d-%u", CGROUP_ROOT, getpid(), nr++);
	if (mkdir(cg->path, 0755))
		return -errno;
	snprintf(file, sizeof(file), "%s/memory.max", cg->path);
	cg->root_procs = open(CGROUP_ROOT "/cgroup.procs", O_WRONLY | O_CLOEXEC);
	if (cg->root_procs >= 0 && !access(file, W_OK))
		return 0;
	ret = -errno;
	close(cg->root_procs);
	rmdir(cg->path);
	return ret;
}

bool memcg_available(void)
{
	struct memcg cg;

	if (__memcg_create(&cg))
		return false;
	memcg_delete(&cg);
	return true;
}

void memcg_create(struct memcg *cg)
{
	MUST(__memcg_create(cg));
}

void memcg_delete(struct memcg *cg)
{
	close(cg->root_procs);
	FAIL_UNLESS(!rmdir(cg->path), "remove %s: %s", cg->path, errno_name(errno));
}

void memcg_enter(struct memcg *cg)
{
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
