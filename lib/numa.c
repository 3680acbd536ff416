// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "numa.h"

/* Bits in the masks that are passed: the kernel takes one off what it is told. */
#define MAX_NODE	(sizeof(u64) * 8 + 1)

static bool has_memory(int node)
{
	unsigned long long kib = 0;
	char path[64], line[128];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/meminfo", node);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (!kib && fgets(line, sizeof(line), f))
		sscanf(line, "Node %*d MemTotal: %llu", &kib);
	fclose(f);
	return kib;
}

bool numa_find_two_nodes(int nodes[2])
{
	int node, nr = 0;

	for (node = 0; node < 64 && nr < 2; node++)
		if (has_memory(node))
			nodes[nr++] = node;
	return nr == 2;
}

int __numa_mbind(void *hva, u64 size, int mode, u64 nodes, unsigned int flags)
{
	unsigned long mask = nodes;

	return syscall(__NR_mbind, hva, size, mode, &mask, MAX_NODE, flags) ? -errno : 0;
}

void numa_mbind(void *hva, u64 size, int mode, u64 nodes)
{
	MUST(__numa_mbind(hva, size, mode, nodes, 0));
}

int __numa_get_policy(const void *hva, int *mode, u64 *nodes)
{
	unsigned long mask = 0;

	if (syscall(__NR_get_mempolicy, mode, &mask, MAX_NODE, hva, MPOL_F_ADDR))
		return -errno;
	*nodes = mask;
	return 0;
}

void numa_set_thread_policy(int mode, u64 nodes)
{
	unsigned long mask = nodes;

	FAIL_UNLESS(!syscall(__NR_set_mempolicy, mode, &mask, MAX_NODE), "set_mempolicy: %s",
		    errno_name(errno));
}

int numa_node_of(const void *hva)
{
	int node = -1;

	FAIL_UNLESS(!syscall(__NR_get_mempolicy, &node, NULL, 0, hva, MPOL_F_NODE | MPOL_F_ADDR),
		    "get_mempolicy: %s", errno_name(errno));
	return node;
}

int numa_move_page(void *hva, int node)
{
	int status = -1;

	FAIL_UNLESS(syscall(__NR_move_pages, 0, 1UL, &hva, &node, &status, MPOL_MF_MOVE) >= 0,
		    "move_pages: %s", errno_name(errno));
	return status;
}
