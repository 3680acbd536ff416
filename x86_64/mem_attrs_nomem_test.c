// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_SET_MEMORY_ATTRIBUTES when the kernel has no memory for it: the range is
 * converted as a whole or not at all. Which allocation fails is swept from the first
 * to beyond the last.
 */
#include "checked_mem.h"
#include "disposable.h"
#include "fail_slab.h"
#include "harness.h"
#include "refusal.h"
#include "vcpu.h"
#include "vm.h"

/* A node of KVM's tree holds 64 attributes: this is five of them. */
#define NODE_PAGES	64
#define NR_PAGES	(5 * NODE_PAGES)

/* Less than any allocation to be made fail, so that no step skips one. */
#define STEP		256
#define MAX_STEPS	100

FIXTURE(nomem) {
	struct vm *vm;
	struct vcpu *vcpu;
	struct checked_mem *m;
	struct refusal_watch *watch;	/* slots, bindings, the file; guests read by the oracle */
};

FIXTURE_SETUP(nomem)
{
	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	REQUIRE(fail_slab_available(), "no fault injection into slab allocations");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->m = checked_mem_create(self->vm, TEST_GPA, NR_PAGES, 1, BACKING_ANON);
	fail_slab_open();
	fail_slab_arm(0);	/* opens a file that stays open */
	fail_slab_disarm();
	self->watch = refusal_watch_create(self->vm, (struct refusal_scope){
		.fd = self->m->gmem_fd, .file_pages = NR_PAGES,
	});
}

FIXTURE_TEARDOWN(nomem)
{
	fail_slab_close();
	vm_free(self->vm);
	checked_mem_free(self->m);
	EXPECT_NOT_HELD(self->watch);
	refusal_watch_free(self->watch);
}

static int set_attr_failing(struct checked_mem *m, u64 page, u64 nr_pages, enum page_side attr,
			    u32 bytes)
{
	int ret;

	fail_slab_arm(bytes);
	ret = __checked_mem_set_attr(m, page, nr_pages, attr);
	fail_slab_disarm();
	return ret;
}

/* Both ends of each node's part of the range, and their neighbours. */
static const char *ends_complaint(FIXTURE_DATA(nomem) *self)
{
	const char *why = oracle_guest_compare(self->m->guest, self->vcpu, 0, 2);
	u64 page;

	for (page = NODE_PAGES - 2; page < NR_PAGES - 2 && !why; page += NODE_PAGES)
		why = oracle_guest_compare(self->m->guest, self->vcpu, page, 4);
	if (!why)
		why = oracle_guest_compare(self->m->guest, self->vcpu, NR_PAGES - 2, 2);
	return why;
}

#define EXPECT_ENDS(self) __EXPECT_NO_COMPLAINT(ends_complaint(self), 0)

/*
 * Make the range private with one allocation after the other failing: the number of
 * failures before it worked.
 */
static int sweep(FIXTURE_DATA(nomem) *self, struct __test_metadata *_metadata, u64 page,
		 u64 nr_pages)
{
	int step, ret;

	refusal_watch_renew(self->watch);
	for (step = 0; step < MAX_STEPS; step++) {
		ret = set_attr_failing(self->m, page, nr_pages, PAGE_PRIVATE, step * STEP);
		if (!ret)
			break;
		EXPECT_REFUSED(self->watch, ENOMEM, ret);
		EXPECT_ENDS(self);
		checked_mem_unmap(self->m);	/* by slots with new ids */
		EXPECT_ENDS(self);
		refusal_watch_renew(self->watch);
	}
	EXPECT_LT(step, MAX_STEPS);
	EXPECT_ENDS(self);
	return step;
}

/*
 * ATTR-8: a shared range stays shared to its last page, mapped and not, until there
 * is memory for all of it. Red: mutant attr-no-reserve (the first pages turn private,
 * and KVM_BUG_ON ends the VM).
 */
TEST_F(nomem, failed_conversion_leaves_all_pages_shared)
{
	checked_mem_host_fill(self->m, 0, NR_PAGES);
	EXPECT_ENDS(self);
	EXPECT_GE(sweep(self, _metadata, 1, NR_PAGES - 2), NR_PAGES / NODE_PAGES);
	EXPECT_MEM(self->m);
}

/*
 * ATTR-8: what was private in the range before the call still is, and what was not
 * is not. Red: mutant attr-no-reserve.
 */
TEST_F(nomem, failed_conversion_leaves_private_pages_private)
{
	checked_mem_host_fill(self->m, 0, NR_PAGES);
	checked_mem_set_private(self->m, NODE_PAGES - 1, 1);
	checked_mem_set_private(self->m, 2 * NODE_PAGES, 1);
	checked_mem_guest_fill(self->m, self->vcpu, NODE_PAGES - 2, 4);
	checked_mem_guest_fill(self->m, self->vcpu, 2 * NODE_PAGES, 1);
	EXPECT_GE(sweep(self, _metadata, 0, NR_PAGES), 1);
	EXPECT_MEM(self->m);
}

/*
 * ATTR-8: after a failure the range can be converted in parts, and back, as if nothing
 * had happened: nothing that was set aside for it is taken for an attribute.
 * Red: mutant attr-nomem-kills.
 */
TEST_F(nomem, failed_conversion_is_no_obstacle_to_the_next)
{
	checked_mem_host_fill(self->m, 0, NR_PAGES);
	EXPECT_REFUSED(self->watch, ENOMEM,
		       set_attr_failing(self->m, 0, NR_PAGES, PAGE_PRIVATE, 4 * STEP));
	EXPECT_ENDS(self);
	checked_mem_set_shared(self->m, 0, NR_PAGES);
	checked_mem_set_private(self->m, NODE_PAGES, 1);
	EXPECT_ENDS(self);
	checked_mem_set_private(self->m, 0, NODE_PAGES + 1);
	checked_mem_set_shared(self->m, 1, NODE_PAGES);
	EXPECT_ENDS(self);
	checked_mem_set_private(self->m, 0, NR_PAGES);
	checked_mem_set_shared(self->m, 0, NR_PAGES);
	EXPECT_MEM(self->m);
}

/*
 * ATTR-8: making pages shared takes no memory and cannot fail for want of it, whether
 * they are all private or few of them. 6.12 wants memory for those of the range that
 * are shared already, and fails. Red: 6.12.
 */
TEST_F(nomem, making_pages_shared_needs_no_memory)
{
	checked_mem_host_fill(self->m, 0, NR_PAGES);
	checked_mem_set_private(self->m, 0, NR_PAGES);
	EXPECT_OK(set_attr_failing(self->m, 0, NR_PAGES, PAGE_SHARED, 0));
	EXPECT_ENDS(self);
	checked_mem_set_private(self->m, NODE_PAGES, 1);
	EXPECT_OK(set_attr_failing(self->m, 0, NR_PAGES, PAGE_SHARED, 0));
	EXPECT_MEM(self->m);
}

GMEM_TEST_MAIN
