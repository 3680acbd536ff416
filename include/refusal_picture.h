/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a refusal_watch has seen of a VM: between refusal_picture.c, which looks, and
 * refusal.c, which compares. Tests include refusal.h, which says what is looked at.
 */
#ifndef KVM_GMEM_REFUSAL_PICTURE_H
#define KVM_GMEM_REFUSAL_PICTURE_H

#include <sys/stat.h>

#include "refusal.h"
#include "types.h"

#define NR_LOW_IDS	16
#define NR_IDS		(NR_LOW_IDS + 12)
#define NR_FDS		128

struct file_page {
	bool resident;
	bool bound;
	u64 hash;		/* of its bytes, where the host may read them */
};

struct guest_page {
	bool has_slot;
	struct guest_read {
		u32 reason;	/* the exit, or 0: it was read */
		u64 value;	/* hash of its bytes; flags of a memory fault */
	} read[2];		/* before and after the mappings were dropped */
};

struct picture {
	bool id_used[NR_IDS];
	bool fd_open[NR_FDS];
	struct stat st;
	u64 nr_behind;		/* pages that the file holds behind those, as many again */
	struct file_page *file;
	struct guest_page *guest;
};

struct refusal_watch {
	struct vm *vm;
	bool vm_has_gmem;
	u32 ids[NR_IDS];
	int nr_ids;
	u32 probe_id;
	char *hva;		/* of slots to be refused, or bound for a moment */
	u64 hva_size;
	struct refusal_scope scope;
	int nr_reads;		/* of each guest page: 0 to 2 */
	char debugfs_dir[64];	/* "" if nothing tells */
	struct picture old, now;
};

/* Fill w->now. Runs of pages that w->old has as free are asked for as a whole. */
void refusal_look(struct refusal_watch *w);

/* What was seen last is the picture; the other one is for the next look. */
void refusal_keep(struct refusal_watch *w);

#endif
