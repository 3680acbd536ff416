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

/* The line of @file that begins with @name and a space; what follows is copied. */
static void find_line(struct memcg *cg, const char *file, const char *name, char *rest, int size)
{
	size_t len = strlen(name);
	char path[128], line[1024];
	bool ok = false;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", cg->path, file);
	f = fopen(path, "re");
	FAIL_UNLESS(f, "%s: %s", path, errno_name(errno));
	while (!ok && fgets(line, sizeof(line), f))
		ok = !strncmp(line, name, len) && line[len] == ' ';
	fclose(f);
	FAIL_UNLESS(ok, "%s has no line %s", path, name);
	snprintf(rest, size, "%s", line + len);
}

u64 memcg_stat(struct memcg *cg, const char *name)
{
	unsigned long long value = 0;
	char rest[64];

	find_line(cg, "memory.stat", name, rest, sizeof(rest));
	FAIL_UNLESS(sscanf(rest, "%llu", &value) == 1, "memory.stat: %s%s", name, rest);
	return value;
}

u64 memcg_node_stat(struct memcg *cg, const char *name, int node)
{
	unsigned long long value = 0;
	char rest[1024], key[16];
	char *found;

	find_line(cg, "memory.numa_stat", name, rest, sizeof(rest));
	snprintf(key, sizeof(key), " N%d=", node);
	found = strstr(rest, key);
	FAIL_UNLESS(found && sscanf(found + strlen(key), "%llu", &value) == 1,
		    "memory.numa_stat: no node %d in %s%s", node, name, rest);
	return value;
}
