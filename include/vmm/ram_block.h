/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A block of guest RAM as a VMM holds it: shared memory that the host maps and, in a
 * VM whose type has private memory, a guest_memfd of the same size. Offsets into
 * both are those into the block, whatever slots it is seen through.
 *
 * There is one way to convert pages, ram_block_convert(). It asks the kernel in an
 * order in which every step but the last can be taken back, and in which no device
 * reaches a page that is private:
 *
 *	to private:  listeners discard (IOMMU mappings go), attributes, the shared
 *	             memory is freed
 *	to shared:   attributes, listeners populate (mappings come), the private
 *	             memory is freed
 *
 * Were the shared memory freed before the mapping is gone, the device would keep
 * the old pages and the CPU would get new ones: see Documentation/virt/kvm/api.rst,
 * 4.141 KVM_SET_MEMORY_ATTRIBUTES, and the cover letter of "Enable shared device
 * assignment". One thread at a time; addresses and sizes in bytes.
 */
#ifndef KVM_GMEM_VMM_RAM_BLOCK_H
#define KVM_GMEM_VMM_RAM_BLOCK_H

#include "backing.h"
#include "types.h"
#include "vmm/ram_discard.h"

#define RAM_BLOCK_MAX_SLOTS	2

struct memslot;
struct vm;

/*
 * All pages are private when the guest starts, as its firmware may expect: the
 * attributes are set before the slot exists. For VM types with private memory.
 */
#define RAM_BLOCK_START_PRIVATE	(1U << 0)

/*
 * Both sides are one memory, a guest_memfd with FLAG_MMAP (and INIT_SHARED, where
 * the VM type has it: then the host and devices may use it). A conversion keeps the
 * bytes and frees nothing.
 */
#define RAM_BLOCK_IN_PLACE	(1U << 1)

struct ram_block_stats {
	u64 to_private;		/* conversions that were made, */
	u64 to_shared;
	u64 refused;		/* or not: the state is as before */
	u64 pages_to_private;	/* pages that changed */
	u64 pages_to_shared;
	u64 freed_shared;	/* bytes whose memory was given up */
	u64 freed_private;
};

struct ram_block {
	struct vm *vm;
	const char *name;	/* for the trace */
	u64 gpa;
	u64 size;
	u32 flags;
	enum backing_kind kind;	/* of the shared side */
	char *hva;
	int gmem_fd;		/* -1 in a VM without private memory */
	struct memslot *slots[RAM_BLOCK_MAX_SLOTS];
	int nr_slots;
	struct ram_discard *discard;
	struct ram_block_stats stats;
};

/*
 * Allocate and add to the VM, as one slot. Ends the case on failure. The slots are
 * the VM's: free it first, then the block.
 */
struct ram_block *ram_block_create(struct vm *vm, const char *name, u64 gpa, u64 size,
				   enum backing_kind kind, u32 flags);
/* Safe with NULL. */
void ram_block_free(struct ram_block *b);

/*
 * The guest sees the block without [offset, offset + size), as with a PAM or SMRAM
 * window in front of it: the slots on both sides keep their places in both memories,
 * so that nothing is lost and a later call with size 0 shows all again. KVM cannot
 * shrink a slot: they are deleted and made anew, so no vCPU may run.
 */
void ram_block_set_hole(struct ram_block *b, u64 offset, u64 size);

/*
 * Make the range private or shared. 0; or -errno, and everything is as it was:
 *   -EINVAL      not whole pages of the block, or KVM refuses the attribute,
 *   -EOPNOTSUPP  to private, in a block without private memory,
 *   -ENOMEM, ... of KVM or of a listener.
 */
int __ram_block_convert(struct ram_block *b, u64 gpa, u64 size, bool private);
void ram_block_convert(struct ram_block *b, u64 gpa, u64 size, bool private);

/* Whether a listener would have the page that contains @gpa. */
bool ram_block_is_shared(const struct ram_block *b, u64 gpa);

/* The pages of [gpa, gpa + size) that take memory, by side. */
u64 ram_block_count_shared(const struct ram_block *b, u64 gpa, u64 size);
u64 ram_block_count_private(const struct ram_block *b, u64 gpa, u64 size);

static inline bool ram_block_contains(const struct ram_block *b, u64 gpa)
{
	return gpa - b->gpa < b->size;
}

/* Of the shared side; NULL if @gpa is not in the block. */
static inline void *ram_block_hva(const struct ram_block *b, u64 gpa)
{
	return ram_block_contains(b, gpa) ? b->hva + (gpa - b->gpa) : NULL;
}

#endif
