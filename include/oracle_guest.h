/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The oracle seen from the guest: does a vCPU find in every page what the oracle
 * says of the side that the page's attribute selects? A whole range is compared
 * by one call into the guest, against a table that the host writes into slot 0.
 *
 * Typical use:
 *
 *	struct oracle *o = oracle_create(slot->gpa, nr_pages, false);
 *	struct oracle_guest *og = oracle_guest_create(vm, o);
 *
 *	oracle_fill(o, PAGE_SHARED, slot->hva, 0, nr_pages);
 *	mem_attrs_set_private(vm, slot->gpa, PAGE_SIZE);
 *	oracle_set_attr(o, 0, 1, PAGE_PRIVATE);
 *	EXPECT_GUEST_SEES(og, vcpu, 0, nr_pages);
 *	EXPECT_SIDE_IS(o, PAGE_SHARED, slot->hva, 0, nr_pages);
 *
 * Guest-virtual addresses equal gpas. The range must be in one or more slots of
 * the VM; pages outside of the oracle's range are not touched.
 */
#ifndef KVM_GMEM_ORACLE_GUEST_H
#define KVM_GMEM_ORACLE_GUEST_H

#include "oracle.h"
#include "types.h"
#include "vm_exit.h"

struct vcpu;
struct vm;

struct oracle_guest {
	struct oracle *oracle;
	struct vm *vm;
	u64 table;	/* gpa of the expected contents, see oracle_guest.c */
};

/* The oracle stays the caller's and must live longer. */
struct oracle_guest *oracle_guest_create(struct vm *vm, struct oracle *o);
void oracle_guest_free(struct oracle_guest *og);

/*
 * Make the comparison of @nr_pages from @page on the next thing that @vcpu does,
 * for tests that run it themselves: in a thread, or expecting an exit. All vCPUs
 * share the table: prepare them all before the first runs.
 */
void oracle_guest_call(struct oracle_guest *og, struct vcpu *vcpu, u64 page, u64 nr_pages);

/*
 * What the exit that ended such a call says: NULL if every page was as expected,
 * else one line about the first that was not, or about the exit. In a buffer per
 * thread that the next call overwrites.
 */
const char *oracle_guest_verdict(const struct oracle_guest *og, struct vm_exit exit);

/*
 * Both in one, on the calling thread. The pages count as allocated afterwards:
 * the guest has read them.
 */
const char *oracle_guest_compare(struct oracle_guest *og, struct vcpu *vcpu, u64 page,
				 u64 nr_pages);

/*
 * The guest writes patterns of a new generation to @nr_pages from @page on, each
 * to the side that its attribute selects. Must succeed.
 */
void oracle_guest_fill(struct oracle_guest *og, struct vcpu *vcpu, u64 page, u64 nr_pages);

/* oracle_compare() as a complaint: NULL, or the first difference and their number. */
const char *oracle_complaint(const struct oracle *o, enum page_side side, const void *hva,
			     u64 page, u64 nr_pages);

/* For files that include harness.h. @hva is the address of the oracle's page 0. */
#define EXPECT_GUEST_SEES(og, vcpu, page, nr_pages) \
	__EXPECT_NO_COMPLAINT(oracle_guest_compare(og, vcpu, page, nr_pages), 0)
#define EXPECT_SIDE_IS(o, side, hva, page, nr_pages) \
	__EXPECT_NO_COMPLAINT(oracle_complaint(o, side, hva, page, nr_pages), 0)

#endif
