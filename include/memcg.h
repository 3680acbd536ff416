/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A memory cgroup of the test's own, to count what is charged to it and to limit
 * that. Documentation/admin-guide/cgroup-v2.rst. Needs cgroup2 at /sys/fs/cgroup
 * and permission to make groups there.
 */
#ifndef KVM_GMEM_MEMCG_H
#define KVM_GMEM_MEMCG_H

#include <stdbool.h>

#include "types.h"

/*
 * Charges come in batches, and a process has some memory of its own besides:
 * use amounts that are much larger than this.
 */
#define MEMCG_SLACK	(2 * SZ_1M)

struct memcg {
	char path[96];
	int root_procs;		/* the way out, open: at the limit nothing opens */
	u64 base;		/* charged before memcg_enter() */
};

/*
 * For REQUIRE(); changes nothing. Where the root group does not offer the memory
 * controller to others, only memcg_create() makes it, which stays so, and only on a
 * machine that may be hurt (disposable.h): elsewhere there is none.
 */
bool memcg_available(void);

/*
 * A new group, without processes. If the case ends early the group goes too (see
 * fail.h), after a SIGKILL with the next memcg_create(). @cg must live until
 * memcg_delete().
 */
void memcg_create(struct memcg *cg);
/* Every process must have left. */
void memcg_delete(struct memcg *cg);

/* Move the calling process into the group, or back to the root. */
void memcg_enter(struct memcg *cg);
void memcg_leave(struct memcg *cg);

/*
 * Whether @size bytes are charged to the group beyond what was before memcg_enter(),
 * MEMCG_SLACK more or less: NULL, or one line about it.
 */
const char *memcg_complaint(struct memcg *cg, u64 size);

/*
 * The same, as soon as it is so: for memory that the kernel frees only when its readers
 * (RCU) can no longer see it, which takes them a while.
 */
const char *memcg_settle_complaint(struct memcg *cg, u64 size);

/* For files that include harness.h. */
#define EXPECT_CHARGED(cg, size)	__EXPECT_NO_COMPLAINT(memcg_complaint(cg, size), 0)
#define EXPECT_SETTLES_AT(cg, size)	__EXPECT_NO_COMPLAINT(memcg_settle_complaint(cg, size), 0)

/*
 * Make it possible to run into the limit and tell the tale: no killing, only
 * ENOMEM, and all memory that the process has now stays. Beyond the limit it may
 * use no more of its own (the kernel would retry that fault for ever): do the one
 * call and leave the group. For REQUIRE(): needs CAP_SYS_RESOURCE and CAP_IPC_LOCK.
 */
bool memcg_prepare_for_limit(void);

/* Limit the group to @size bytes: memory.max. */
void memcg_set_max(struct memcg *cg, u64 size);

/*
 * Have the kernel take @size bytes of memory from the group: memory.reclaim, since 5.19.
 * It may find less to take.
 */
void memcg_reclaim(struct memcg *cg, u64 size);

/* What is charged to the group: memory.current. */
u64 memcg_usage(struct memcg *cg);

/*
 * Bytes of a line of memory.numa_stat ("file", ...) on @node. Such counts may lag
 * behind by memcg_stat_slack(), which grows with the number of CPUs.
 */
u64 memcg_node_stat(struct memcg *cg, const char *name, int node);
u64 memcg_stat_slack(void);

#endif
