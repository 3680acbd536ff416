/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory nodes and policies by their system calls, without libnuma.
 * Documentation/admin-guide/mm/numa_memory_policy.rst.
 */
#ifndef KVM_GMEM_NUMA_H
#define KVM_GMEM_NUMA_H

#include <linux/mempolicy.h>

#include "types.h"

/* Two nodes that have memory. For REQUIRE(). */
bool numa_find_two_nodes(int nodes[2]);

/* 0 or -errno; @nodes is a mask, bit N is node N. */
int __numa_mbind(void *hva, u64 size, int mode, u64 nodes, unsigned int flags);
void numa_mbind(void *hva, u64 size, int mode, u64 nodes);
int __numa_get_policy(const void *hva, int *mode, u64 *nodes);

/* The calling thread's own policy, for memory that has none. */
void numa_set_thread_policy(int mode, u64 nodes);

/* The node of the page at @hva, which is faulted in if it is not there. */
int numa_node_of(const void *hva);

/* move_pages(2) of one page: its status (the node it is on now, or -errno). */
int numa_move_page(void *hva, int node);

#endif
