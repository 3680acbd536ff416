/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest memory with both sides, every operation on which is mirrored in an
 * oracle, so that after any sequence of them one call tells whether every vCPU
 * and the host see what they must. For tests of what memory contains after
 * conversions; tests of a single slot or a single ioctl need no such thing.
 *
 * The range is covered without gaps by equal slots. Their shared side is one
 * mapping, their private side one guest_memfd in which the slots lie in reverse
 * order, so that page number, gfn and file offset are never the same number.
 * Pages count from 0 in the range.
 */
#ifndef KVM_GMEM_CHECKED_MEM_H
#define KVM_GMEM_CHECKED_MEM_H

#include "backing.h"
#include "oracle_guest.h"
#include "types.h"

#define CHECKED_MEM_MAX_SLOTS	64

struct memslot;
struct vcpu;
struct vm;

struct checked_mem {
	struct vm *vm;
	u64 nr_pages;
	u64 slot_pages;			/* of each slot */
	int nr_slots;
	struct memslot *slots[CHECKED_MEM_MAX_SLOTS];
	enum backing_kind kind;		/* of the shared side */
	char *hva;			/* of page 0, shared side */
	int gmem_fd;
	struct oracle *oracle;
	struct oracle_guest *guest;
};

/*
 * @nr_pages at @gpa in @nr_slots slots (a divisor). All shared, nothing touched.
 * The VM owns the slots: free it first.
 */
struct checked_mem *checked_mem_create(struct vm *vm, u64 gpa, u64 nr_pages, int nr_slots,
				       enum backing_kind kind);
/* Safe with NULL. */
void checked_mem_free(struct checked_mem *m);

static inline u64 checked_mem_gpa(const struct checked_mem *m, u64 page)
{
	return oracle_gpa(m->oracle, page);
}

/* Conversion. The plain ones must succeed. */
int __checked_mem_set_attr(struct checked_mem *m, u64 page, u64 nr_pages, enum page_side attr);
void checked_mem_set_private(struct checked_mem *m, u64 page, u64 nr_pages);
void checked_mem_set_shared(struct checked_mem *m, u64 page, u64 nr_pages);

/* New patterns: by the host to the shared side; by the guest where the attribute says. */
void checked_mem_host_fill(struct checked_mem *m, u64 page, u64 nr_pages);
void checked_mem_guest_fill(struct checked_mem *m, struct vcpu *vcpu, u64 page, u64 nr_pages);

/*
 * The content of one side is given up: a hole in the guest_memfd, or
 * MADV_DONTNEED (MADV_REMOVE for BACKING_MEMFD) of the mapping, which hugetlb
 * takes for whole large pages only.
 */
void checked_mem_discard(struct checked_mem *m, enum page_side side, u64 page, u64 nr_pages);

/*
 * Drop every mapping that guests have, by deleting the slots and adding them
 * again: an attribute that changed without a zap shows at the next access only.
 */
void checked_mem_unmap(struct checked_mem *m);

/*
 * Compare the whole range: every vCPU of the VM (which must have one) reads each page
 * by its attribute, the host reads the shared side. NULL, or one line about the first
 * difference.
 */
const char *checked_mem_complaint(struct checked_mem *m);

/*
 * The same for each page's other side too: the attributes of all pages are
 * exchanged, compared, and exchanged back.
 */
const char *checked_mem_complaint_both(struct checked_mem *m);

/*
 * For files that include harness.h, vcpu.h and vm.h: a VM with checked memory of
 * @nr_pages at TEST_GPA. Its variants have .nr_vcpus, .nr_slots and .kind.
 */
#define FIXTURE_CHECKED_MEM(name, nr_pages)					\
	FIXTURE(name) {								\
		struct vm *vm;							\
		struct vcpu *vcpu;		/* the last one */		\
		struct checked_mem *m;						\
	};									\
	FIXTURE_VARIANT(name) {							\
		int nr_vcpus;							\
		int nr_slots;							\
		enum backing_kind kind;						\
	};									\
	FIXTURE_SETUP(name)							\
	{									\
		int i;								\
										\
		REQUIRE(vm_private_type() >= 0, "no VM type with private memory"); \
		self->vm = vm_create(vm_private_type());			\
		for (i = 0; i < variant->nr_vcpus; i++)				\
			self->vcpu = vcpu_create(self->vm);			\
		self->m = checked_mem_create(self->vm, TEST_GPA, nr_pages,	\
					     variant->nr_slots, variant->kind);	\
	}									\
	FIXTURE_TEARDOWN(name)							\
	{									\
		vm_free(self->vm);						\
		checked_mem_free(self->m);					\
	}									\
	extern int fixture_end_##name

#define EXPECT_MEM(m)		__EXPECT_NO_COMPLAINT(checked_mem_complaint(m), 0)
#define ASSERT_MEM(m)		__EXPECT_NO_COMPLAINT(checked_mem_complaint(m), 1)
#define EXPECT_MEM_BOTH_SIDES(m) __EXPECT_NO_COMPLAINT(checked_mem_complaint_both(m), 0)

#endif
