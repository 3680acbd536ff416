/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which pages of a RAM block are there for devices: a page is *populated* while it
 * is shared and *discarded* while it is private. Who gives devices access (an
 * IOMMU's mappings) listens, and is told before a page goes and after it has come.
 *
 * Pages are counted from 0 in the block. A listener sees its section only, which
 * needs no relation to the ranges that are converted: it is called with the parts
 * that lie inside, each of which changes as a whole.
 *
 * A change is made in steps, because it may fail in between and the state that it
 * started from may be mixed:
 *
 *	ret = __ram_discard_notify(rd, page, nr, false);	listeners let go
 *	...							or the rest fails:
 *	ram_discard_undo(rd, page, nr, false);			they get them back
 *	ram_discard_commit(rd, page, nr, false);		it is so
 *
 * No KVM in here, and one thread at a time.
 */
#ifndef KVM_GMEM_VMM_RAM_DISCARD_H
#define KVM_GMEM_VMM_RAM_DISCARD_H

#include "types.h"

struct ram_discard_listener {
	struct ram_discard_listener *next;
	u64 page;		/* the section */
	u64 nr_pages;
	/*
	 * A part of the section comes or goes. Returns 0, or -errno to stop the change;
	 * then the listener must have left the part as it was. To take back what it has
	 * just accepted, a listener may not refuse.
	 */
	int (*populate)(struct ram_discard_listener *l, u64 page, u64 nr_pages);
	int (*discard)(struct ram_discard_listener *l, u64 page, u64 nr_pages);
};

struct ram_discard {
	u64 nr_pages;
	u64 *populated;		/* bitmap */
	struct ram_discard_listener *listeners;	/* as they came */
};

/* All pages in one state. Ends the case without memory. */
struct ram_discard *ram_discard_create(u64 nr_pages, bool populated);
/* The listeners must have left. Safe with NULL. */
void ram_discard_free(struct ram_discard *rd);

bool ram_discard_is_populated(const struct ram_discard *rd, u64 page);
u64 ram_discard_count_populated(const struct ram_discard *rd, u64 page, u64 nr_pages);

/*
 * Call @fn with each maximal run of the range whose pages are populated (or not),
 * in order. Stops when @fn returns something else than 0, and returns that.
 */
typedef int (*ram_discard_fn)(void *arg, u64 page, u64 nr_pages);
int ram_discard_replay(const struct ram_discard *rd, u64 page, u64 nr_pages, bool populated,
		       ram_discard_fn fn, void *arg);

/*
 * Add a listener at the end: it is told of what is populated in its section. 0, or
 * its -errno after which it is not registered and has nothing.
 */
int __ram_discard_register(struct ram_discard *rd, struct ram_discard_listener *l);
void ram_discard_register(struct ram_discard *rd, struct ram_discard_listener *l);
/* It is told that all is discarded, and leaves. */
void ram_discard_unregister(struct ram_discard *rd, struct ram_discard_listener *l);

/*
 * Tell the listeners of those pages of the range that are not in state @populated
 * yet. The first -errno ends it; those who had agreed are told the opposite.
 */
int __ram_discard_notify(struct ram_discard *rd, u64 page, u64 nr_pages, bool populated);
/* Take back a __ram_discard_notify() that succeeded and was not committed. */
void ram_discard_undo(struct ram_discard *rd, u64 page, u64 nr_pages, bool populated);
/* Record the new state. Tells nobody. */
void ram_discard_commit(struct ram_discard *rd, u64 page, u64 nr_pages, bool populated);

#endif
