// SPDX-License-Identifier: GPL-2.0
/*
 * Slots without a guest_memfd may be moved and may have dirty logging switched,
 * also in a VM with private memory, whose attributes stay where they are. What of
 * a slot cannot be changed, and what a refused change leaves alone.
 * Documentation/virt/kvm/api.rst, 4.35; kvm_set_memory_region().
 */
#include <string.h>

#include "disposable.h"
#include "fail_slab.h"
#include "guest_mem.h"
#include "guest_mmu.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "page_pattern.h"
#include "stats.h"
#include "vcpu.h"
#include "vm.h"

#define NR_PAGES	8
#define SLOT_SIZE	(NR_PAGES * PAGE_SIZE)
#define FROM		TEST_GPA
#define TO		(TEST_GPA + SZ_4M)
#define NEIGHBOUR	(TEST_GPA + 2 * SLOT_SIZE)
#define BEYOND		BIT_ULL(58)	/* no x86 guest has such an address */
#define ALL_PAGES	(BIT_ULL(NR_PAGES) - 1)

FIXTURE(plain_change)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
};

FIXTURE_VARIANT(plain_change)
{
	bool private_type;
};

FIXTURE_VARIANT_ADD(plain_change, default_vm) { .private_type = false };
FIXTURE_VARIANT_ADD(plain_change, private_vm) { .private_type = true };

FIXTURE_SETUP(plain_change)
{
	long type = variant->private_type ? vm_private_type() : VM_TYPE_DEFAULT;
	u64 i;

	REQUIRE(type >= 0, "no VM type with private memory");
	self->vm = vm_create(type);
	self->vcpu = vcpu_create(self->vm);
	self->slot = memslot_add(self->vm, FROM, SLOT_SIZE, 0);
	guest_mmu_map_identity(self->vm, FROM, SZ_4M + SLOT_SIZE);
	/* Each page tells where it was in the beginning. */
	for (i = 0; i < NR_PAGES; i++)
		page_pattern_fill((char *)self->slot->hva + i * PAGE_SIZE, PAGE_SHARED,
				  (FROM >> PAGE_SHIFT) + i, 1);
}

FIXTURE_TEARDOWN(plain_change)
{
	fail_slab_close();
	vm_free(self->vm);
}

static int set(FIXTURE_DATA(plain_change) * self, u32 flags, u64 gpa)
{
	return __memslot_set2(self->vm, self->slot->id, flags, gpa, SLOT_SIZE, self->slot->hva,
			      -1, 0);
}

/* GUEST_ASSERTs that at @gpa there is what the host put into the slot. */
static void guest_check_slot(u64 gpa)
{
	u64 i, expected, found;

	for (i = 0; i < NR_PAGES; i++) {
		expected = page_pattern_word(PAGE_SHARED, (FROM >> PAGE_SHIFT) + i, 1, 0);
		found = guest_read_u64(gpa + i * PAGE_SIZE);
		GUEST_ASSERT_MSG(found == expected, "page %llu: %#llx, not %#llx", i, found,
				 expected);
	}
}

#define EXPECT_SLOT_AT(gpa)						\
	do {								\
		vcpu_call(self->vcpu, guest_check_slot, (gpa));		\
		EXPECT_GUEST_DONE(vcpu_run(self->vcpu));		\
	} while (0)

#define EXPECT_NOTHING_AT(where)					\
	do {								\
		struct vm_exit __exit;					\
									\
		vcpu_call(self->vcpu, guest_read_u64, (where));		\
		__exit = vcpu_run(self->vcpu);				\
		EXPECT_EXIT(0, KVM_EXIT_MMIO, __exit);			\
		EXPECT_EQ((where), __exit.mmio.gpa);			\
		vcpu_run_done(self->vcpu);				\
	} while (0)

/* KVM_GET_DIRTY_LOG: 0 or -errno. */
static int get_dirty_log(struct vm *vm, u32 id, u64 *bitmap)
{
	struct kvm_dirty_log log = { .slot = id, .dirty_bitmap = bitmap };

	*bitmap = 0;
	return vm_ioctl(vm, KVM_GET_DIRTY_LOG, &log);
}

#define EXPECT_DIRTY(expected)						\
	do {								\
		u64 __bitmap;						\
									\
		EXPECT_OK(get_dirty_log(self->vm, self->slot->id, &__bitmap));	\
		EXPECT_EQ((expected), __bitmap);			\
	} while (0)

#define EXPECT_NO_LOG()							\
	do {								\
		u64 __bitmap;						\
									\
		EXPECT_ERRNO(ENOENT, get_dirty_log(self->vm, self->slot->id, &__bitmap)); \
	} while (0)

/* BIND-16: the memory is at the new address and gone from the old. Red: mutant slot-move-stays. */
TEST_F(plain_change, slot_moves_with_its_memory)
{
	EXPECT_SLOT_AT(FROM);
	EXPECT_OK(set(self, 0, TO));
	EXPECT_SLOT_AT(TO);
	EXPECT_NOTHING_AT(FROM);
	EXPECT_OK(set(self, 0, FROM));
	EXPECT_SLOT_AT(FROM);
	EXPECT_NOTHING_AT(TO);
}

/* BIND-16: by less than its size too: it does not overlap itself. Red: mutant slot-overlaps-itself. */
TEST_F(plain_change, slot_moves_over_its_own_range)
{
	EXPECT_OK(set(self, 0, FROM + PAGE_SIZE));
	EXPECT_SLOT_AT(FROM + PAGE_SIZE);
	EXPECT_NOTHING_AT(FROM);
	EXPECT_OK(set(self, 0, FROM));
	EXPECT_SLOT_AT(FROM);
}

/*
 * BIND-16: onto another slot, or to where no guest can have memory: the slot stays
 * where it is, and the guest finds it there although KVM had taken it away to move
 * it. Red: mutants slot-move-lost, bind-overlap-gpa-allowed.
 */
TEST_F(plain_change, refused_move_leaves_the_slot)
{
	struct memslot *other = memslot_add(self->vm, NEIGHBOUR, SLOT_SIZE, 0);

	EXPECT_SLOT_AT(FROM);
	EXPECT_ERRNO(EEXIST, set(self, 0, NEIGHBOUR));
	EXPECT_ERRNO(EEXIST, set(self, 0, NEIGHBOUR - PAGE_SIZE));
	EXPECT_ERRNO(EEXIST, set(self, 0, NEIGHBOUR + SLOT_SIZE - PAGE_SIZE));
	EXPECT_SLOT_AT(FROM);
	EXPECT_ERRNO(EINVAL, set(self, 0, BEYOND));
	EXPECT_SLOT_AT(FROM);
	vcpu_call_done(self->vcpu, guest_check_zero, NEIGHBOUR, NR_PAGES);
	memslot_delete(other);
	EXPECT_OK(set(self, 0, TO));
	EXPECT_SLOT_AT(TO);
}

/* BIND-16: size, hva and being read-only are for life. Red: mutant slot-change-any. */
TEST_F(plain_change, what_a_slot_is_made_of_cannot_be_changed)
{
	struct memslot *s = self->slot;
	char *hva = s->hva;

	EXPECT_ERRNO(EINVAL, __memslot_set2(self->vm, s->id, 0, FROM, SLOT_SIZE + PAGE_SIZE, hva,
					    -1, 0));
	EXPECT_ERRNO(EINVAL, __memslot_set2(self->vm, s->id, 0, FROM, SLOT_SIZE - PAGE_SIZE, hva,
					    -1, 0));
	EXPECT_ERRNO(EINVAL, __memslot_set2(self->vm, s->id, 0, FROM, SLOT_SIZE, hva + PAGE_SIZE,
					    -1, 0));
	EXPECT_ERRNO(EINVAL, __memslot_set2(self->vm, s->id, 0, TO, SLOT_SIZE, hva + PAGE_SIZE,
					    -1, 0));
	if (vm_cap(self->vm, KVM_CAP_READONLY_MEM))
		EXPECT_ERRNO(EINVAL, set(self, KVM_MEM_READONLY, FROM));
	EXPECT_SLOT_AT(FROM);
	EXPECT_NOTHING_AT(FROM + SLOT_SIZE);
}

/* BIND-16: what is set as it is already costs nothing. Red: mutant slot-same-is-move. */
TEST_F(plain_change, setting_the_same_slot_again_does_nothing)
{
	u64 faults;

	EXPECT_SLOT_AT(FROM);
	faults = kvm_stat_get(self->vcpu->fd, "pf_fixed");
	EXPECT_OK(set(self, 0, FROM));
	EXPECT_SLOT_AT(FROM);
	EXPECT_EQ(faults, kvm_stat_get(self->vcpu->fd, "pf_fixed"));
}

/*
 * EXIT-14: logging begins when it is switched on, with pages that are mapped
 * already, ends when it is off, and begins anew. Red: mutants slot-flags-ignored,
 * exit-dirty-never.
 */
TEST_F(plain_change, dirty_logging_is_switched_on_a_live_slot)
{
	vcpu_call_done(self->vcpu, guest_write_u64, FROM + PAGE_SIZE - 8, 1);
	EXPECT_NO_LOG();
	EXPECT_OK(set(self, KVM_MEM_LOG_DIRTY_PAGES, FROM));
	EXPECT_DIRTY(0);
	vcpu_call_done(self->vcpu, guest_write_u64, FROM + PAGE_SIZE - 8, 2);
	vcpu_call_done(self->vcpu, guest_write_u64, FROM + 3 * PAGE_SIZE - 8, 2);
	EXPECT_DIRTY(BIT_ULL(0) | BIT_ULL(2));

	vcpu_call_done(self->vcpu, guest_write_u64, FROM + PAGE_SIZE - 8, 3);
	EXPECT_OK(set(self, 0, FROM));
	EXPECT_NO_LOG();
	vcpu_call_done(self->vcpu, guest_write_u64, FROM + 2 * PAGE_SIZE - 8, 4);
	EXPECT_OK(set(self, KVM_MEM_LOG_DIRTY_PAGES, FROM));
	EXPECT_DIRTY(0);
	EXPECT_SLOT_AT(FROM);
}

/*
 * EXIT-14: the log goes with the slot, and when it ends no large page is looked for that
 * begins before the slot. Red: mutants slot-move-new-log, dirty-recover-outside (an oops).
 */
TEST_F(plain_change, dirty_log_moves_with_the_slot)
{
	EXPECT_OK(set(self, KVM_MEM_LOG_DIRTY_PAGES, FROM));
	vcpu_call_done(self->vcpu, guest_write_u64, FROM + 3 * PAGE_SIZE - 8, 2);
	EXPECT_OK(set(self, KVM_MEM_LOG_DIRTY_PAGES, TO));
	vcpu_call_done(self->vcpu, guest_write_u64, TO + 5 * PAGE_SIZE - 8, 2);
	EXPECT_DIRTY(BIT_ULL(2) | BIT_ULL(4));
	EXPECT_OK(set(self, 0, TO));
	EXPECT_NO_LOG();
	EXPECT_SLOT_AT(TO);
}

/* EXIT-14, BIND-16: and stays, if the move is refused. Red: mutant slot-refused-move-frees-log. */
TEST_F(plain_change, dirty_log_stays_when_a_move_is_refused)
{
	EXPECT_OK(set(self, KVM_MEM_LOG_DIRTY_PAGES, FROM));
	vcpu_call_done(self->vcpu, guest_write_u64, FROM + PAGE_SIZE - 8, 2);
	EXPECT_ERRNO(EINVAL, set(self, KVM_MEM_LOG_DIRTY_PAGES, BEYOND));
	vcpu_call_done(self->vcpu, guest_write_u64, FROM + 3 * PAGE_SIZE - 8, 2);
	EXPECT_DIRTY(BIT_ULL(0) | BIT_ULL(2));
	EXPECT_OK(set(self, 0, FROM));
	EXPECT_NO_LOG();
	EXPECT_SLOT_AT(FROM);
}

/*
 * EXIT-14: KVM_DIRTY_LOG_INITIALLY_SET: every page is to be copied at first, until
 * the log is cleared by hand. Red: mutant slot-log-initially-clear.
 */
TEST_F(plain_change, dirty_log_can_be_full_at_first)
{
	struct kvm_clear_dirty_log clear = { .slot = self->slot->id, .num_pages = NR_PAGES };
	u64 all = ~0ULL;

	REQUIRE(vm_cap(self->vm, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2) & KVM_DIRTY_LOG_INITIALLY_SET,
		"no KVM_DIRTY_LOG_INITIALLY_SET");
	vm_enable_cap(self->vm, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2,
		      KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE | KVM_DIRTY_LOG_INITIALLY_SET);
	vcpu_call_done(self->vcpu, guest_touch_pages, FROM, NR_PAGES);
	EXPECT_OK(set(self, KVM_MEM_LOG_DIRTY_PAGES, FROM));
	EXPECT_DIRTY(ALL_PAGES);
	EXPECT_DIRTY(ALL_PAGES);
	clear.dirty_bitmap = &all;
	EXPECT_OK(vm_ioctl(self->vm, KVM_CLEAR_DIRTY_LOG, &clear));
	EXPECT_DIRTY(0);
	vcpu_call_done(self->vcpu, guest_write_u64, FROM + 2 * PAGE_SIZE - 8, 4);
	EXPECT_DIRTY(BIT_ULL(1));
}

/*
 * EXIT-14, BIND-14: each allocation that switching the log on, moving the slot, or
 * making one with a log needs: without it the slot is as it was, without a log.
 * Red: mutants slot-move-lost, slot-log-nomem-ok.
 */
TEST_F(plain_change, change_without_memory_leaves_the_slot)
{
	const struct {
		const char *what;
		u32 flags;
		u64 gpa;
	} changes[] = {
		{ "log", KVM_MEM_LOG_DIRTY_PAGES, FROM },
		{ "move", 0, TO },
		{ "both", KVM_MEM_LOG_DIRTY_PAGES, TO },
	};
	struct fail_slab_sweep sweep;
	size_t i;
	int ret;

	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(fail_slab_available(), "allocations cannot be made to fail (failslab, root)");
	fail_slab_open();
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		sweep = (struct fail_slab_sweep){ 0 };
		while (fail_slab_next(&sweep)) {
			ret = FAIL_SLAB_NTH(&sweep, set(self, changes[i].flags, changes[i].gpa));
			if (!ret) {
				if (changes[i].flags)
					EXPECT_DIRTY(0);
				EXPECT_SLOT_AT(changes[i].gpa);
				EXPECT_OK(set(self, 0, FROM));
				continue;
			}
			EXPECT_ERRNO(ENOMEM, ret) {
				TH_LOG("%s, allocation %d", changes[i].what, sweep.nth);
			}
			EXPECT_NO_LOG();
			EXPECT_SLOT_AT(FROM);
		}
		EXPECT_LT(0, sweep.nr_failed) {
			TH_LOG("%s", changes[i].what);
		}
	}
}

/*
 * BIND-14: the same for a new slot with a log: either none is there, or it has its log.
 * Red: mutant slot-log-nomem-ok.
 */
TEST_F(plain_change, logged_slot_without_memory_is_not_there)
{
	const u32 id = self->vm->next_slot_id;
	char *hva = backing_map(BACKING_ANON, SLOT_SIZE);
	struct fail_slab_sweep sweep = { 0 };
	u64 bitmap;
	int ret;

	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(fail_slab_available(), "allocations cannot be made to fail (failslab, root)");
	fail_slab_open();
	while (fail_slab_next(&sweep)) {
		ret = FAIL_SLAB_NTH(&sweep, __memslot_set2(self->vm, id, KVM_MEM_LOG_DIRTY_PAGES,
							   TO, SLOT_SIZE, hva, -1, 0));
		if (ret) {
			EXPECT_ERRNO(ENOMEM, ret) {
				TH_LOG("allocation %d", sweep.nth);
			}
			EXPECT_ERRNO(EINVAL, __memslot_set1(self->vm, id, 0, 0, 0, NULL));
			continue;
		}
		EXPECT_OK(get_dirty_log(self->vm, id, &bitmap));
		EXPECT_OK(__memslot_set1(self->vm, id, 0, 0, 0, NULL));
	}
	EXPECT_LT(0, sweep.nr_failed);
	EXPECT_SLOT_AT(FROM);
}

/* ATTR-3: a private page is one of the VM's, not of the slot that moves. Red: mutant slot-move-stays. */
TEST(attributes_do_not_move_with_the_slot)
{
	struct memslot *slot;
	struct vcpu *vcpu;
	struct vm *vm;

	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	vm = vm_create(vm_private_type());
	vcpu = vcpu_create(vm);
	slot = memslot_add(vm, FROM, SLOT_SIZE, 0);
	guest_mmu_map_identity(vm, TO, SLOT_SIZE);
	*(u64 *)slot->hva = 0x1234;
	mem_attrs_set_private(vm, FROM, PAGE_SIZE);

	EXPECT_OK(__memslot_set2(vm, slot->id, 0, TO, SLOT_SIZE, slot->hva, -1, 0));
	vcpu_call(vcpu, guest_read_u64, TO);
	EXPECT_GUEST_RETURNED(0x1234, vcpu_run(vcpu));
	vcpu_call(vcpu, guest_read_u64, FROM);
	EXPECT_MEMORY_FAULT(vcpu_run(vcpu), FROM, PAGE_SIZE, KVM_MEMORY_EXIT_FLAG_PRIVATE);
	EXPECT_OK(__memslot_set2(vm, slot->id, 0, FROM, SLOT_SIZE, slot->hva, -1, 0));
	EXPECT_MEMORY_FAULT(vcpu_run(vcpu), FROM, PAGE_SIZE, KVM_MEMORY_EXIT_FLAG_PRIVATE);
	mem_attrs_set_shared(vm, FROM, PAGE_SIZE);
	EXPECT_GUEST_RETURNED(0x1234, vcpu_run(vcpu));
	vm_free(vm);
}

GMEM_TEST_MAIN
