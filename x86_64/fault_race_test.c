// SPDX-License-Identifier: GPL-2.0
/*
 * Several vCPUs at the same private pages: KVM may fault a page in for all of
 * them at once, but there is one page; and a conversion in the middle of a
 * fault may send a vCPU to userspace, but never to a wrong page.
 *
 * They run on any machine: VMMs do the same all day, no kernel is known to have
 * crashed of it, and what a bad one mixes up is this VM's own memory.
 */
#include "arch.h"
#include "fault_gate.h"
#include "gmem.h"
#include "guest_image.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "numa.h"
#include "vcpu.h"
#include "vcpu_thread.h"
#include "vm.h"

#define NR_PAGES	16
#define SLOT_SIZE	(NR_PAGES * PAGE_SIZE)
#define NR_ROUNDS	2
#define NR_CONVERSIONS	100
/* Conversions go on until each vCPU has had a chance, but not for ever. */
#define MAX_CONVERSIONS	100000
#define MIN_READS	100
/* Of many vCPUs that want few CPUs none may come by soon; one alone has the other CPU. */
#define MAX_POLLS	1000
#define MAX_POLLS_ALONE	1000000
#define MAX_VCPUS	4

FIXTURE(fault_race)
{
	struct vm *vm;
	struct memslot *slot;
	struct vcpu *vcpus[MAX_VCPUS];
};

FIXTURE_VARIANT(fault_race)
{
	int nr_vcpus;
};

FIXTURE_VARIANT_ADD(fault_race, one_vcpu) { .nr_vcpus = 1 };
FIXTURE_VARIANT_ADD(fault_race, two_vcpus) { .nr_vcpus = 2 };
FIXTURE_VARIANT_ADD(fault_race, four_vcpus) { .nr_vcpus = 4 };

FIXTURE_SETUP(fault_race)
{
	int i;

	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, MEMSLOT_GMEM);
	for (i = 0; i < variant->nr_vcpus; i++)
		self->vcpus[i] = vcpu_create(self->vm);
}

FIXTURE_TEARDOWN(fault_race)
{
	vm_free(self->vm);
}

/* In guest memory; the guests wait for each other without leaving. */
static u64 nr_ready;

static void guest_wait_for_all(u64 nr_expected)
{
	__atomic_fetch_add(&nr_ready, 1, __ATOMIC_SEQ_CST);
	while (READ_ONCE(nr_ready) < nr_expected)
		arch_guest_relax();
}

/* Add 1 to the first word of each page, all vCPUs at the same page at once. */
static void guest_count_pages(u64 gpa, u64 nr_pages, u64 nr_vcpus)
{
	u64 i;

	for (i = 1; i <= nr_pages; i++, gpa += PAGE_SIZE) {
		guest_wait_for_all(i * nr_vcpus);
		__atomic_fetch_add((u64 *)gpa, 1, __ATOMIC_SEQ_CST);
	}
}

static void guest_check_counts(u64 gpa, u64 nr_pages, u64 count)
{
	for (; nr_pages; nr_pages--, gpa += PAGE_SIZE)
		GUEST_ASSERT_EQ(count, READ_ONCE(*(u64 *)gpa));
}

/*
 * EXIT-13: no increment is lost, so all of them went to one page. Red: mutants
 * attr-store-short, exit-private-uses-hva, file-pfn-always-clears (who comes second
 * clears it again).
 */
TEST_F(fault_race, vcpus_that_fault_at_once_get_the_same_page)
{
	struct vcpu_thread threads[MAX_VCPUS];
	int round, i;

	mem_attrs_set_private(self->vm, TEST_GPA, SLOT_SIZE);
	for (round = 0; round < NR_ROUNDS; round++) {
		*guest_var(self->vm, &nr_ready) = 0;
		for (i = 0; i < variant->nr_vcpus; i++) {
			vcpu_call(self->vcpus[i], guest_count_pages, TEST_GPA, NR_PAGES,
				  variant->nr_vcpus);
			vcpu_thread_start(&threads[i], self->vcpus[i]);
		}
		for (i = 0; i < variant->nr_vcpus; i++)
			ASSERT_GUEST_DONE(vcpu_thread_join(&threads[i]));
		vcpu_call(self->vcpus[0], guest_check_counts, TEST_GPA, NR_PAGES,
			  variant->nr_vcpus);
		EXPECT_GUEST_DONE(vcpu_run(self->vcpus[0]));
		gmem_punch_hole(self->slot->gmem_fd, 0, SLOT_SIZE);
	}
	EXPECT_FILLED(0, self->slot->hva, SLOT_SIZE);
}

struct reader {
	pthread_t thread;
	struct vcpu *vcpu;
	struct barrier *start;
	struct vm_exit exit;
};

#define SHARED_WORD	0x1111ULL
#define PRIVATE_WORD	0x2222ULL

/*
 * In guest memory. What the page is: PHASE_* in the low bits, above them a count
 * that tells two phases of a kind apart. Reads are counted for each vCPU.
 */
#define PHASE_CHANGING	0
#define PHASE_PRIVATE	1
#define PHASE_SHARED	2
#define PHASE_STOP	3
#define PHASE_MASK	3
static u64 phase;
static u64 nr_reads[MAX_VCPUS];

/*
 * Either word may be found while the page changes; if the phase was the same
 * before and after the read, only that of the phase.
 */
static void guest_read_until_stopped(u64 gpa)
{
	u64 *count = &nr_reads[guest_area()->index];
	u64 before, found;

	for (;;) {
		before = READ_ONCE(phase);
		if ((before & PHASE_MASK) == PHASE_STOP)
			return;
		found = READ_ONCE(*(u64 *)gpa);
		GUEST_ASSERT_MSG(found == SHARED_WORD || found == PRIVATE_WORD,
				 "got %#llx, of neither side", found);
		if (before == READ_ONCE(phase) && (before & PHASE_MASK) != PHASE_CHANGING)
			GUEST_ASSERT_MSG((found == SHARED_WORD) ==
					 ((before & PHASE_MASK) == PHASE_SHARED),
					 "got %#llx in phase %#llx", found, before);
		WRITE_ONCE(*count, *count + 1);
	}
}

static bool all_have_read(struct vm *vm, int nr_vcpus)
{
	int i;

	for (i = 0; i < nr_vcpus; i++)
		if (READ_ONCE(*guest_var(vm, &nr_reads[i])) < MIN_READS)
			return false;
	return true;
}

/* An access that lost the race against a conversion is to be repeated. */
static bool is_lost_race(const struct vm_exit *exit)
{
	return exit->ret == -EFAULT && exit->reason == KVM_EXIT_MEMORY_FAULT &&
	       exit->memory_fault.gpa == TEST_GPA && exit->memory_fault.size == PAGE_SIZE &&
	       !(exit->memory_fault.flags & ~KVM_MEMORY_EXIT_FLAG_PRIVATE);
}

static void *run_reader(void *arg)
{
	struct reader *r = arg;

	barrier_wait(r->start);
	do {
		r->exit = vcpu_run(r->vcpu);
	} while (is_lost_race(&r->exit));
	return NULL;
}

static u64 total_reads(struct vm *vm)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < MAX_VCPUS; i++)
		sum += READ_ONCE(*guest_var(vm, &nr_reads[i]));
	return sum;
}

/* Convert the page, and leave it alone until it was read, or for so many polls. */
static void convert(struct vm *vm, u64 what, u64 round, u64 max_polls)
{
	u64 reads, i;

	WRITE_ONCE(*guest_var(vm, &phase), round << 3 | PHASE_CHANGING);
	if (what == PHASE_SHARED)
		mem_attrs_set_shared(vm, TEST_GPA, PAGE_SIZE);
	else
		mem_attrs_set_private(vm, TEST_GPA, PAGE_SIZE);
	WRITE_ONCE(*guest_var(vm, &phase), round << 3 | what);

	reads = total_reads(vm);
	for (i = 0; i < max_polls && total_reads(vm) == reads; i++)
		;
}

/*
 * ATTR-9, EXIT-13: one page is converted to and fro while all vCPUs read it. One that
 * stays in the guest meanwhile has to forget the side that it had. Red: mutants
 * attr-no-zap, attr-no-flush.
 */
TEST_F(fault_race, fault_that_meets_a_conversion_ends_on_one_side_or_in_userspace)
{
	u64 max_polls = variant->nr_vcpus == 1 ? MAX_POLLS_ALONE : MAX_POLLS;
	struct reader readers[MAX_VCPUS] = {};
	struct barrier start;
	int i;

	*(u64 *)self->slot->hva = SHARED_WORD;
	mem_attrs_set_private(self->vm, TEST_GPA, PAGE_SIZE);
	vcpu_call_done(self->vcpus[0], guest_write_u64, TEST_GPA, PRIVATE_WORD);

	barrier_init(&start, variant->nr_vcpus + 1);
	for (i = 0; i < variant->nr_vcpus; i++) {
		vcpu_call(self->vcpus[i], guest_read_until_stopped, TEST_GPA);
		readers[i].vcpu = self->vcpus[i];
		readers[i].start = &start;
		ASSERT_EQ(0, pthread_create(&readers[i].thread, NULL, run_reader, &readers[i]));
	}
	barrier_wait(&start);
	for (i = 0; i < NR_CONVERSIONS || !all_have_read(self->vm, variant->nr_vcpus); i++) {
		ASSERT_LT(i, MAX_CONVERSIONS);
		convert(self->vm, PHASE_SHARED, i, max_polls);
		convert(self->vm, PHASE_PRIVATE, i, max_polls);
	}
	WRITE_ONCE(*guest_var(self->vm, &phase), PHASE_STOP);
	for (i = 0; i < variant->nr_vcpus; i++) {
		thread_join(readers[i].thread, "a reading vCPU");
		EXPECT_GUEST_DONE(readers[i].exit);
	}
}

/* Held in the kernel by a gate in the shared memory. */
FIXTURE(held_fault)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
	struct fault_gate gate;
};

/* Private memory with a word, behind shared memory with the closed gate. */
FIXTURE_SETUP(held_fault)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	REQUIRE(fault_gate_available(), "no userfaultfd for kernel accesses");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->slot = memslot_add(self->vm, TEST_GPA, PAGE_SIZE, MEMSLOT_GMEM);
	mem_attrs_set_private(self->vm, TEST_GPA, PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_write_u64, TEST_GPA, PRIVATE_WORD);
	mem_attrs_set_shared(self->vm, TEST_GPA, PAGE_SIZE);
	fault_gate_close(&self->gate, self->slot->hva);
}

FIXTURE_TEARDOWN(held_fault)
{
	vm_free(self->vm);
}

/* Run the prepared call; its fault meets the gate, and a conversion meanwhile. */
static struct vm_exit run_into_conversion(FIXTURE_DATA(held_fault) *self)
{
	struct vcpu_thread thread;

	vcpu_thread_start(&thread, self->vcpu);
	fault_gate_wait(&self->gate);
	mem_attrs_set_private(self->vm, TEST_GPA, PAGE_SIZE);
	fault_gate_open(&self->gate);
	return vcpu_thread_join(&thread);
}

/*
 * ATTR-9, EXIT-13: what KVM found for the fault is out of date when it has found it, so
 * it begins again: the read gives the private word. Red: mutants attr-no-retry (the
 * shared zero), held-end-unnoticed. Where only the last of KVM's three checks is missing it passes: nothing
 * can hold a fault between the last two.
 */
TEST_F(held_fault, read_obeys_a_conversion_in_the_midst_of_its_fault)
{
	vcpu_call(self->vcpu, guest_read_u64, TEST_GPA);
	EXPECT_GUEST_RETURNED(PRIVATE_WORD, run_into_conversion(self));
	EXPECT_EQ(PRIVATE_WORD, vcpu_call_done(self->vcpu, guest_read_u64, TEST_GPA));
	EXPECT_FILLED(0, self->slot->hva, PAGE_SIZE);
}

/*
 * ATTR-9, EXIT-13: nor does a write reach the side that it began with. Red: mutants
 * attr-no-retry, held-end-unnoticed.
 */
TEST_F(held_fault, write_obeys_a_conversion_in_the_midst_of_its_fault)
{
	vcpu_call(self->vcpu, guest_write_u64, TEST_GPA, PRIVATE_WORD + 1);
	EXPECT_GUEST_DONE(run_into_conversion(self));
	EXPECT_FILLED(0, self->slot->hva, PAGE_SIZE);
	EXPECT_EQ(PRIVATE_WORD + 1, vcpu_call_done(self->vcpu, guest_read_u64, TEST_GPA));
	mem_attrs_set_shared(self->vm, TEST_GPA, PAGE_SIZE);
	EXPECT_EQ(0, vcpu_call_done(self->vcpu, guest_read_u64, TEST_GPA));
}

/*
 * EXIT-13: of the page that it had found it keeps nothing: who wants to move that may do so.
 * Red: mutant fault-retry-leaks-page.
 */
TEST_F(held_fault, fault_that_begins_again_keeps_no_page)
{
	int nodes[2], other;

	REQUIRE(numa_find_two_nodes(nodes), "fewer than two memory nodes");
	vcpu_call(self->vcpu, guest_write_u64, TEST_GPA, PRIVATE_WORD + 1);
	EXPECT_GUEST_DONE(run_into_conversion(self));
	other = numa_node_of(self->slot->hva) == nodes[0] ? nodes[1] : nodes[0];
	numa_move_page(self->slot->hva, other);
	EXPECT_EQ(other, numa_node_of(self->slot->hva));
}

GMEM_TEST_MAIN
