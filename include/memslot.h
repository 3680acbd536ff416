/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory slots: a range of guest-physical memory with a shared side (hva) and,
 * optionally, a private side (guest_memfd fd + offset).
 * Documentation/virt/kvm/api.rst, 4.35 KVM_SET_USER_MEMORY_REGION and 4.140
 * KVM_SET_USER_MEMORY_REGION2; virt/kvm/kvm_main.c, kvm_set_memory_region().
 */
#ifndef KVM_GMEM_MEMSLOT_H
#define KVM_GMEM_MEMSLOT_H

#include "backing.h"
#include "types.h"
#include "kvm_compat.h"

struct vm;

struct memslot {
	struct memslot *next;
	struct vm *vm;
	u32 id;
	u32 flags;		/* KVM_MEM_* */
	u64 gpa;		/* bytes */
	u64 size;		/* bytes */
	void *hva;		/* first byte of the shared side */
	int gmem_fd;		/* -1 without a private side */
	u64 gmem_offset;	/* bytes, of the slot's first page */
	enum backing_kind kind;	/* of an owned shared side */
	bool owns_hva;
	bool owns_gmem;
};

/*
 * KVM_SET_USER_MEMORY_REGION2 and its predecessor with every field as given,
 * sizes and offsets in bytes: 0 or -errno. Nothing is recorded in struct vm.
 */
int __memslot_set2(struct vm *vm, u32 id, u32 flags, u64 gpa, u64 size,
		   const void *hva, int gmem_fd, u64 gmem_offset);
int __memslot_set1(struct vm *vm, u32 id, u32 flags, u64 gpa, u64 size,
		   const void *hva);

/* What memslot_add() can be asked for, besides a plain anonymous shared side. */
#define MEMSLOT_GMEM		(1U << 0)	/* an own guest_memfd, offset 0 */
#define MEMSLOT_READONLY	(1U << 1)
#define MEMSLOT_LOG_DIRTY	(1U << 2)

/*
 * Add a slot of @size bytes at @gpa with the next free id, map it 1:1 in the
 * guest's page tables if the VM has any, and own what it allocates. Ends the
 * case on any failure.
 */
struct memslot *memslot_add(struct vm *vm, u64 gpa, u64 size, u32 what);

/* As memslot_add(), with a shared side of the given kind. */
struct memslot *memslot_add_backed(struct vm *vm, u64 gpa, u64 size, u32 what,
				   enum backing_kind kind);

/*
 * As memslot_add(), with the private side at @gmem_offset (bytes) of a
 * guest_memfd that stays the caller's.
 */
struct memslot *memslot_add_gmem(struct vm *vm, u64 gpa, u64 size, int gmem_fd,
				 u64 gmem_offset);

/* The same with the caller's own shared side too: @hva may be unmapped memory. */
struct memslot *memslot_add_hva(struct vm *vm, u64 gpa, u64 size, void *hva,
				int gmem_fd, u64 gmem_offset);

/*
 * The errno of binding file pages that are bound already: EEXIST since 7.2,
 * EINVAL before ("Return -EEXIST instead of -EINVAL if userspace attempts to
 * bind a gmem range to multiple memslots").
 */
int memslot_gmem_overlap_errno(void);

/* Delete the slot in KVM (must succeed), unmap and close what it owns. */
void memslot_delete(struct memslot *slot);

/* Only the userspace half of the above, for a VM that is already gone. */
void memslot_release(struct memslot *slot);

/* The shared side's address of a gpa inside the slot. */
void *memslot_hva(const struct memslot *slot, u64 gpa);

#endif
