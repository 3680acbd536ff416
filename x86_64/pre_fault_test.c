// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_PRE_FAULT_MEMORY: which ranges it takes, how it reports progress, and that
 * what it mapped is what the guest would have mapped by itself.
 *
 * Kernels had bugs that make it spin for ever: an alarm ends the case then.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "page_pattern.h"
#include "pre_fault.h"
#include "refusal.h"
#include "stats.h"
#include "trace.h"
#include "vcpu.h"
#include "vm.h"

#define NR_PAGES	8
#define SLOT_SIZE	(NR_PAGES * PAGE_SIZE)
#define SLOT_END	(TEST_GPA + SLOT_SIZE)
#define REQUESTED	"kvm_mmu_spte_requested"

FIXTURE(pre_fault) {
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
	struct refusal_watch *watch;
};

FIXTURE_VARIANT(pre_fault) {
	bool private_type;
};

FIXTURE_VARIANT_ADD(pre_fault, default_vm) { .private_type = false };
FIXTURE_VARIANT_ADD(pre_fault, private_vm) { .private_type = true };

static void fill(void *hva, u64 gpa, u64 nr_pages, u64 gen)
{
	u64 i;

	for (i = 0; i < nr_pages; i++)
		page_pattern_fill((char *)hva + i * PAGE_SIZE, PAGE_SHARED,
				  (gpa >> PAGE_SHIFT) + i, gen);
}

/* Of the slot's file too, unless the slot is gone. */
static struct refusal_watch *watch(struct vm *vm, const struct memslot *slot)
{
	return refusal_watch_create(vm, (struct refusal_scope){
		.fd = slot ? slot->gmem_fd : -1,
		.file_pages = slot && slot->gmem_fd >= 0 ? NR_PAGES : 0,
		.gpa = TEST_GPA, .guest_pages = NR_PAGES + 2,
	});
}

FIXTURE_SETUP(pre_fault)
{
	long type = variant->private_type ? vm_private_type() : VM_TYPE_DEFAULT;

	REQUIRE(kvm_cap(KVM_CAP_PRE_FAULT_MEMORY), "no KVM_PRE_FAULT_MEMORY");
	REQUIRE(type >= 0, "no VM type with private memory");
	self->vm = vm_create(type);
	self->vcpu = vcpu_create(self->vm);
	self->slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE,
				 variant->private_type ? MEMSLOT_GMEM : 0);
	fill(self->slot->hva, TEST_GPA, NR_PAGES, 1);
	self->watch = watch(self->vm, self->slot);
	alarm(PRE_FAULT_LIMIT_SECONDS);
}

FIXTURE_TEARDOWN(pre_fault)
{
	alarm(0);
	vm_free(self->vm);
	EXPECT_NOT_HELD(self->watch);
	refusal_watch_free(self->watch);
}

/* One call; what is left afterwards is expected to be [left_gpa, + left_size). */
#define EXPECT_PRE_FAULT(err, _gpa, _size, left_gpa, left_size)			\
	do {									\
		u64 __gpa = (_gpa), __size = (_size);				\
										\
		EXPECT_ERRNO(err, __vcpu_pre_fault(self->vcpu, &__gpa, &__size)); \
		EXPECT_EQ(left_gpa, __gpa);					\
		EXPECT_EQ(left_size, __size);					\
	} while (0)

static u64 nr_mapped(struct vm *vm)
{
	return kvm_stat_get(vm->fd, "pages_4k") + kvm_stat_get(vm->fd, "pages_2m");
}

/* A refused call maps nothing and leaves its range as it was. */
#define EXPECT_PRE_FAULT_REFUSED(err, _gpa, _size)				\
	do {									\
		u64 __gpa = (_gpa), __size = (_size), __nr = nr_mapped(self->vm); \
										\
		EXPECT_REFUSED(self->watch, err,				\
			       __vcpu_pre_fault(self->vcpu, &__gpa, &__size));	\
		EXPECT_EQ(_gpa, __gpa);						\
		EXPECT_EQ(_size, __size);					\
		EXPECT_EQ(__nr, nr_mapped(self->vm));				\
	} while (0)

static u64 nr_faults(struct vcpu *vcpu)
{
	return kvm_stat_get(vcpu->fd, "pf_taken");
}

/*
 * PREFAULT-1: a call that did everything leaves an empty range at its end. It makes
 * no difference that the vCPU never ran, nor that all is mapped already.
 * Red: mutant prefault-gpa-stays.
 */
TEST_F(pre_fault, range_is_used_up)
{
	EXPECT_PRE_FAULT(0, TEST_GPA, SLOT_SIZE, SLOT_END, 0);
	EXPECT_PRE_FAULT(0, TEST_GPA, SLOT_SIZE, SLOT_END, 0);
	EXPECT_PRE_FAULT(0, SLOT_END - PAGE_SIZE, PAGE_SIZE, SLOT_END, 0);
}

/*
 * PREFAULT-1: a range that goes on behind its slot is done up to there, which is a
 * success; what is left begins with the first page that cannot be mapped, and is
 * refused. Red: mutant prefault-all-or-nothing.
 */
TEST_F(pre_fault, range_beyond_the_slot_is_done_in_part)
{
	const u64 left = 3 * PAGE_SIZE;

	EXPECT_PRE_FAULT(0, SLOT_END - 2 * PAGE_SIZE, 2 * PAGE_SIZE + left, SLOT_END, left);
	EXPECT_PRE_FAULT_REFUSED(ENOENT, SLOT_END, left);
}

/*
 * PREFAULT-1: a hole between two slots is no different.
 * Red: mutant prefault-all-or-nothing.
 */
TEST_F(pre_fault, range_stops_at_a_hole)
{
	const u64 next = SLOT_END + PAGE_SIZE;

	memslot_add(self->vm, next, PAGE_SIZE, 0);
	refusal_watch_renew(self->watch);
	EXPECT_PRE_FAULT(0, TEST_GPA, next + PAGE_SIZE - TEST_GPA, SLOT_END, 2 * PAGE_SIZE);
	EXPECT_PRE_FAULT_REFUSED(ENOENT, SLOT_END, 2 * PAGE_SIZE);
	EXPECT_PRE_FAULT(0, next, PAGE_SIZE, next + PAGE_SIZE, 0);
}

/*
 * PREFAULT-1: no slot, no mapping: not even the beginning of a range whose end would
 * have one. Red: mutant prefault-no-slot-ok.
 */
TEST_F(pre_fault, range_outside_any_slot_is_refused)
{
	EXPECT_PRE_FAULT_REFUSED(ENOENT, SLOT_END, PAGE_SIZE);
	EXPECT_PRE_FAULT_REFUSED(ENOENT, TEST_GPA - PAGE_SIZE, PAGE_SIZE);
	EXPECT_PRE_FAULT_REFUSED(ENOENT, TEST_GPA - PAGE_SIZE, SLOT_SIZE);
}

/*
 * PREFAULT-1: nor is there memory where no guest can have any. The page tables have no
 * bits for these addresses: behind 2^48 those of four levels begin again, behind 2^57
 * those of five, with TEST_GPA's entries, be these in use or not. A private page without
 * a slot is EFAULT at any address. Red: mutant prefault-gpa-aliases (which the kernel
 * warns of, too: it does not find such page tables when the VM ends).
 */
TEST_F(pre_fault, range_beyond_the_page_tables_is_refused)
{
	const u64 alias = BIT_ULL(48) + TEST_GPA;
	u64 round, offset;

	for (round = 0; round < 2; round++) {
		/* The guest had no use yet of the first page, but has of the second. */
		offset = TEST_GPA + round * PAGE_SIZE;
		EXPECT_PRE_FAULT_REFUSED(ENOENT, BIT_ULL(48) + offset, PAGE_SIZE);
		EXPECT_PRE_FAULT_REFUSED(ENOENT, BIT_ULL(52) + offset, PAGE_SIZE);
		EXPECT_PRE_FAULT_REFUSED(ENOENT, BIT_ULL(57) + offset, PAGE_SIZE);
		EXPECT_PRE_FAULT_REFUSED(ENOENT, -2 * PAGE_SIZE, PAGE_SIZE);
		vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, 1);
		EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	}
	if (!variant->private_type)
		return;
	mem_attrs_set_private(self->vm, alias, PAGE_SIZE);
	EXPECT_PRE_FAULT_REFUSED(EFAULT, alias, PAGE_SIZE);
	EXPECT_PRE_FAULT_REFUSED(ENOENT, alias + PAGE_SIZE, PAGE_SIZE);
	vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, 1);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

/*
 * PREFAULT-1: a slot that was there does not count, nor do its mappings; other slots
 * go on. 6.12 spins until there is a signal if the VM is of the default type, which
 * drops all its mappings when a slot goes. Red: 6.12.
 */
TEST_F(pre_fault, range_of_a_deleted_slot_is_refused)
{
	memslot_add(self->vm, SLOT_END + PAGE_SIZE, PAGE_SIZE, 0);
	vcpu_pre_fault(self->vcpu, TEST_GPA, SLOT_SIZE);
	memslot_delete(self->slot);
	refusal_watch_free(self->watch);
	self->watch = watch(self->vm, NULL);
	EXPECT_PRE_FAULT_REFUSED(ENOENT, TEST_GPA, SLOT_SIZE);
	EXPECT_PRE_FAULT(0, SLOT_END + PAGE_SIZE, PAGE_SIZE, SLOT_END + 2 * PAGE_SIZE, 0);
}

/*
 * PREFAULT-1: a page in a large page is mapped large, and counts as the one page that
 * was asked for. Red: mutant prefault-small.
 */
TEST_F(pre_fault, large_page_is_mapped_large)
{
	const u64 large = ARCH_LARGE_PAGE_SIZE, gpa = TEST_GPA + 8 * large;
	u64 before;

	REQUIRE(backing_available(BACKING_HUGETLB, 2 * large), "no free hugetlb pages");
	memslot_add_backed(self->vm, gpa, 2 * large, 0, BACKING_HUGETLB);
	before = kvm_stat_get(self->vm->fd, "pages_2m");
	EXPECT_PRE_FAULT(0, gpa + 5 * PAGE_SIZE, PAGE_SIZE, gpa + 6 * PAGE_SIZE, 0);
	EXPECT_EQ(before + 1, kvm_stat_get(self->vm->fd, "pages_2m"));
	EXPECT_PRE_FAULT(0, gpa + large - PAGE_SIZE, large, gpa + 2 * large - PAGE_SIZE, 0);
	EXPECT_EQ(before + 2, kvm_stat_get(self->vm->fd, "pages_2m"));
	EXPECT_PRE_FAULT(0, gpa, 3 * large, gpa + 2 * large, large);
}

/*
 * PREFAULT-1: and the range to the end of the large page is the work of one step, however
 * many pages it has: KVM asks for one entry of the page tables each.
 * Needs: alone. Red: mutant prefault-page-steps.
 */
TEST_F(pre_fault, large_page_is_one_step)
{
	const u64 large = ARCH_LARGE_PAGE_SIZE, gpa = TEST_GPA + 8 * large;
	struct trace *t;

	REQUIRE(backing_available(BACKING_HUGETLB, 2 * large), "no free hugetlb pages");
	REQUIRE(trace_available() && trace_has_event("kvmmmu:" REQUESTED),
		"no KVM MMU tracepoints");
	memslot_add_backed(self->vm, gpa, 2 * large, 0, BACKING_HUGETLB);
	t = trace_open();
	trace_enable_own(t, "kvmmmu:" REQUESTED);
	EXPECT_PRE_FAULT(0, gpa, 2 * large, gpa + 2 * large, 0);
	EXPECT_EQ(2, trace_count(t, REQUESTED));
	/* From the middle too, and when all is mapped. */
	EXPECT_PRE_FAULT(0, gpa + 5 * PAGE_SIZE, large, gpa + large + 5 * PAGE_SIZE, 0);
	EXPECT_EQ(4, trace_count(t, REQUESTED));
	trace_close(t);
}

/*
 * PREFAULT-2: the flags are reserved, each bit.
 * Red: mutant prefault-args-unchecked, mutant refused-prefault-maps.
 */
TEST_F(pre_fault, any_flag_is_refused)
{
	struct kvm_pre_fault_memory range;
	u64 before = nr_mapped(self->vm);
	int bit;

	for (bit = 0; bit < 64; bit++) {
		range = (struct kvm_pre_fault_memory){
			.gpa = TEST_GPA, .size = SLOT_SIZE, .flags = BIT_ULL(bit),
		};
		EXPECT_REFUSED(self->watch, EINVAL,
			       vcpu_ioctl(self->vcpu, KVM_PRE_FAULT_MEMORY, &range));
		EXPECT_EQ(TEST_GPA, range.gpa);
		EXPECT_EQ(SLOT_SIZE, range.size);
		EXPECT_EQ(before, nr_mapped(self->vm));
	}
	EXPECT_REFUSED(self->watch, EFAULT, vcpu_ioctl(self->vcpu, KVM_PRE_FAULT_MEMORY, NULL));
}

/*
 * PREFAULT-2: as are ranges that do not consist of pages, of one at least, or that
 * wrap, or end at 2^64. Red: mutant prefault-args-unchecked.
 */
TEST_F(pre_fault, range_of_no_whole_pages_is_refused)
{
	EXPECT_PRE_FAULT_REFUSED(EINVAL, TEST_GPA + 1, PAGE_SIZE);
	EXPECT_PRE_FAULT_REFUSED(EINVAL, TEST_GPA + PAGE_SIZE / 2, PAGE_SIZE / 2);
	EXPECT_PRE_FAULT_REFUSED(EINVAL, TEST_GPA, PAGE_SIZE - 1);
	EXPECT_PRE_FAULT_REFUSED(EINVAL, TEST_GPA, PAGE_SIZE + 8);
	EXPECT_PRE_FAULT_REFUSED(EINVAL, TEST_GPA, 0);
	EXPECT_PRE_FAULT_REFUSED(EINVAL, TEST_GPA, -TEST_GPA);
	EXPECT_PRE_FAULT_REFUSED(EINVAL, TEST_GPA, -PAGE_SIZE);
	EXPECT_PRE_FAULT_REFUSED(EINVAL, -PAGE_SIZE, 2 * PAGE_SIZE);
}

/*
 * PREFAULT-3: the guest takes no fault for what was pre-faulted, neither to read it nor
 * to write it, and finds the bytes that the host put there. Nor does the pre-fault itself
 * count as a fault of the vCPU. Red: mutants prefault-nothing, prefault-counts-taken,
 * prefault-counts-fixed.
 */
TEST_F(pre_fault, pre_faulted_memory_takes_no_fault)
{
	struct memslot *far = memslot_add(self->vm, TEST_GPA + SZ_4M, 2 * PAGE_SIZE, 0);
	const u64 gpa = TEST_GPA + PAGE_SIZE, nr = NR_PAGES - 2;
	u64 before, fixed;

	/* Map the code and the stack by using the same functions elsewhere. */
	vcpu_call_done(self->vcpu, guest_touch_pages, TEST_GPA, 1);
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, 1, PAGE_SHARED, 2);
	vcpu_call_done(self->vcpu, guest_check_pages, TEST_GPA, 1, PAGE_SHARED, 2);

	before = nr_faults(self->vcpu);
	fixed = kvm_stat_get(self->vcpu->fd, "pf_fixed");
	vcpu_pre_fault(self->vcpu, gpa, nr * PAGE_SIZE);
	EXPECT_EQ(before, nr_faults(self->vcpu));
	EXPECT_EQ(fixed, kvm_stat_get(self->vcpu->fd, "pf_fixed"));
	vcpu_call(self->vcpu, guest_check_pages, gpa, nr, PAGE_SHARED, 1);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	vcpu_call_done(self->vcpu, guest_fill_pages, gpa, nr, PAGE_SHARED, 3);
	EXPECT_EQ(before, nr_faults(self->vcpu));
	/* The control: a page that was left out takes one. Not a neighbour, which KVM may map too. */
	vcpu_call_done(self->vcpu, guest_touch_pages, far->gpa, 1);
	EXPECT_EQ(before + 1, nr_faults(self->vcpu));
}

/*
 * PREFAULT-3: a pre-fault is a read: it does not break copy-on-write. The mapping still
 * shows what is written to the file, to host and guest. Red: mutant prefault-writes.
 */
TEST_F(pre_fault, copy_on_write_is_not_broken)
{
	const u64 gpa = SLOT_END + PAGE_SIZE;
	int fd = memfd_create("kvm-gmem-cow", MFD_CLOEXEC);
	char *file, *copy;

	ASSERT_EQ(0, ftruncate(fd, PAGE_SIZE));
	file = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	copy = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	ASSERT_TRUE(file != MAP_FAILED && copy != MAP_FAILED);
	fill(file, gpa, 1, 1);
	memslot_add_hva(self->vm, gpa, PAGE_SIZE, copy, -1, 0);

	vcpu_pre_fault(self->vcpu, gpa, PAGE_SIZE);
	fill(file, gpa, 1, 2);
	EXPECT_EQ(0, memcmp(file, copy, PAGE_SIZE));
	vcpu_call(self->vcpu, guest_check_pages, gpa, 1, PAGE_SHARED, 2);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	/* A guest's write does break it, as ever. */
	vcpu_call_done(self->vcpu, guest_fill_pages, gpa, 1, PAGE_SHARED, 3);
	vcpu_call_done(self->vcpu, guest_check_pages, gpa, 1, PAGE_SHARED, 3);
	EXPECT_EQ(page_pattern_word(PAGE_SHARED, gpa >> PAGE_SHIFT, 2, 0), *(u64 *)file);
}

/*
 * PREFAULT-3: what the host writes later to a page that was absent when pre-faulted,
 * and so mapped as the page of zeros, reaches the guest.
 * Red: mutant prefault-deaf (no invalidation by the host's mappings).
 */
TEST_F(pre_fault, absent_page_is_seen_when_the_host_writes_it)
{
	const u64 gpa = SLOT_END + PAGE_SIZE;
	struct memslot *slot = memslot_add(self->vm, gpa, PAGE_SIZE, 0);

	vcpu_pre_fault(self->vcpu, gpa, PAGE_SIZE);
	vcpu_call(self->vcpu, guest_check_zero, gpa, 1);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	fill(slot->hva, gpa, 1, 1);
	vcpu_call(self->vcpu, guest_check_pages, gpa, 1, PAGE_SHARED, 1);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

GMEM_TEST_MAIN
