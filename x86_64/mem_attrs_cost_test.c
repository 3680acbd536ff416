// SPDX-License-Identifier: GPL-2.0
/*
 * What a conversion costs the guest, in page faults: a page that was converted is
 * mapped anew at its next access, every other page stays mapped. Faults are counted
 * by the vCPU's statistics and, once, looked at by tracepoint.
 */
#include <stdio.h>
#include <unistd.h>

#include "checked_mem.h"
#include "guest_mem.h"
#include "harness.h"
#include "stats.h"
#include "trace.h"
#include "vcpu.h"
#include "vm.h"

#define NR_PAGES	8

FIXTURE(cost) {
	struct vm *vm;
	struct vcpu *vcpu;
	struct checked_mem *m;
};

FIXTURE_VARIANT(cost) {
	int nr_slots;
};

FIXTURE_VARIANT_ADD(cost, one_slot) { .nr_slots = 1 };
FIXTURE_VARIANT_ADD(cost, page_slots) { .nr_slots = NR_PAGES };

static void touch(FIXTURE_DATA(cost) *self)
{
	vcpu_call_done(self->vcpu, guest_touch_pages, TEST_GPA, NR_PAGES);
}

FIXTURE_SETUP(cost)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->m = checked_mem_create(self->vm, TEST_GPA, NR_PAGES, variant->nr_slots, BACKING_ANON);
	/* Written, so that no mapping is read-only; and the code is mapped as well. */
	checked_mem_guest_fill(self->m, self->vcpu, 0, NR_PAGES);
	touch(self);
}

FIXTURE_TEARDOWN(cost)
{
	vm_free(self->vm);
	checked_mem_free(self->m);
}

struct faults {
	u64 taken;	/* by the guest */
	u64 fixed;	/* of them, by mapping a page */
};

static struct faults count_faults(FIXTURE_DATA(cost) *self)
{
	return (struct faults) {
		.taken = kvm_stat_get(self->vcpu->fd, "pf_taken"),
		.fixed = kvm_stat_get(self->vcpu->fd, "pf_fixed"),
	};
}

/* Those that reading each page of the range once costs now. */
static struct faults touch_faults(FIXTURE_DATA(cost) *self)
{
	const struct faults before = count_faults(self);
	struct faults after;

	touch(self);
	after = count_faults(self);
	return (struct faults){ after.taken - before.taken, after.fixed - before.fixed };
}

#define EXPECT_FAULTS(nr, self)					\
	do {							\
		const struct faults f = touch_faults(self);	\
								\
		EXPECT_EQ(nr, f.taken);				\
		EXPECT_EQ(nr, f.fixed);				\
	} while (0)

/*
 * ATTR-5: to make private pages private, all or some of them, is no work: they stay
 * mapped. Red: mutant attr-no-shortcut.
 */
TEST_F(cost, private_again_is_free)
{
	checked_mem_set_private(self->m, 0, NR_PAGES);
	checked_mem_guest_fill(self->m, self->vcpu, 0, NR_PAGES);
	EXPECT_FAULTS(0, self);
	checked_mem_set_private(self->m, 0, NR_PAGES);
	EXPECT_FAULTS(0, self);
	checked_mem_set_private(self->m, 3, 1);
	checked_mem_set_private(self->m, 1, NR_PAGES - 1);
	EXPECT_FAULTS(0, self);
	EXPECT_MEM(self->m);
}

/*
 * ATTR-5: the same for shared pages, those that never were private and those that
 * were. Red: mutant attr-no-shortcut.
 */
TEST_F(cost, shared_again_is_free)
{
	EXPECT_FAULTS(0, self);
	checked_mem_set_shared(self->m, 0, NR_PAGES);
	EXPECT_FAULTS(0, self);

	checked_mem_set_private(self->m, 2, 4);
	checked_mem_set_shared(self->m, 2, 4);
	touch(self);
	checked_mem_set_shared(self->m, 1, NR_PAGES - 1);
	checked_mem_set_shared(self->m, 5, 1);
	EXPECT_FAULTS(0, self);
	EXPECT_MEM(self->m);
}

/*
 * ATTR-5: a conversion costs a fault for each page in its range and none beside it,
 * in either direction. Red: mutants attr-no-zap (too few), attr-zap-slots (too many).
 */
TEST_F(cost, converted_pages_fault_once_and_others_do_not)
{
	checked_mem_set_private(self->m, 2, 3);
	EXPECT_FAULTS(3, self);
	EXPECT_FAULTS(0, self);
	checked_mem_set_private(self->m, NR_PAGES - 1, 1);
	EXPECT_FAULTS(1, self);
	checked_mem_set_shared(self->m, 3, 1);
	EXPECT_FAULTS(1, self);
	checked_mem_set_shared(self->m, 2, 1);
	checked_mem_set_shared(self->m, 4, 1);
	EXPECT_FAULTS(2, self);
	EXPECT_FAULTS(0, self);
	EXPECT_MEM(self->m);
}

/*
 * ATTR-5: if a range has the wanted attribute in part, at most the range is zapped
 * (7.3 does zap all of it), and at least what changes.
 * Red: mutants attr-no-zap, attr-zap-slots.
 */
TEST_F(cost, partly_converted_range_costs_no_more_than_its_pages)
{
	struct faults f;

	checked_mem_set_private(self->m, 2, 2);
	touch(self);
	checked_mem_set_private(self->m, 2, 4);
	f = touch_faults(self);
	EXPECT_GE(f.fixed, 2);
	EXPECT_LE(f.fixed, 4);
	EXPECT_MEM(self->m);
}

/* Is each page of the range faulted on as often as its bit in @pages says? */
static const char *fault_trace_complaint(const struct trace_log *log, u64 pages)
{
	static char text[128];
	u64 seen = 0, gpa;
	size_t i;

	for (i = 0; i < log->nr; i++) {
		if (!trace_field(&log->events[i], "address", 0, &gpa)) {
			snprintf(text, sizeof(text), "event without address: %s",
				 log->events[i].args);
			return text;
		}
		if (gpa - TEST_GPA >= NR_PAGES * PAGE_SIZE)
			continue;
		if (seen & BIT_ULL((gpa - TEST_GPA) / PAGE_SIZE)) {
			snprintf(text, sizeof(text), "gpa %#llx faulted twice", gpa);
			return text;
		}
		seen |= BIT_ULL((gpa - TEST_GPA) / PAGE_SIZE);
	}
	if (seen == pages)
		return NULL;
	snprintf(text, sizeof(text), "faults in the pages %#llx instead of %#llx", seen, pages);
	return text;
}

static const char *touch_trace_complaint(FIXTURE_DATA(cost) *self, struct trace *t, u64 pages)
{
	struct trace_log log;
	const char *why;

	trace_clear(t);
	touch(self);
	trace_read(t, &log);
	why = fault_trace_complaint(&log, pages);
	trace_log_free(&log);
	return why;
}

/*
 * ATTR-5: and they are the very pages: which faulted, by KVM's tracepoint.
 * Needs: alone. Red: mutants attr-no-zap, attr-zap-slots, attr-no-shortcut.
 */
TEST_F(cost, faults_are_those_of_the_converted_pages)
{
	struct trace *t;

	REQUIRE(trace_available() && trace_has_event("kvm:kvm_page_fault"),
		"no tracefs with KVM's events");
	t = trace_open();
	trace_enable_own(t, "kvm:kvm_page_fault");

	__EXPECT_NO_COMPLAINT(touch_trace_complaint(self, t, 0), 0);
	checked_mem_set_private(self->m, 2, 3);
	__EXPECT_NO_COMPLAINT(touch_trace_complaint(self, t, 0x1c), 0);
	checked_mem_set_private(self->m, 2, 3);
	__EXPECT_NO_COMPLAINT(touch_trace_complaint(self, t, 0), 0);
	checked_mem_set_shared(self->m, 2, 1);
	checked_mem_set_private(self->m, 7, 1);
	__EXPECT_NO_COMPLAINT(touch_trace_complaint(self, t, 0x84), 0);
	trace_close(t);
}

GMEM_TEST_MAIN
