// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_PRE_FAULT_MEMORY interrupted: by signals, by the end of its slot, by the end of
 * all mappings. A fault gate holds it up at a known page, so nothing is left to luck.
 *
 * Kernels had bugs that make it spin for ever: an alarm ends the case then.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fault_gate.h"
#include "guest_mem.h"
#include "harness.h"
#include "memslot.h"
#include "pre_fault.h"
#include "stats.h"
#include "vcpu.h"
#include "vcpu_thread.h"
#include "vm.h"

#define NR_PAGES	4
#define GATE_PAGE	2
#define SLOT_SIZE	(NR_PAGES * PAGE_SIZE)
#define GATE_GPA	(TEST_GPA + GATE_PAGE * PAGE_SIZE)
#define GATE_LEFT	(SLOT_SIZE - GATE_PAGE * PAGE_SIZE)

FIXTURE(race) {
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
	struct fault_gate gate;
};

FIXTURE_VARIANT(race) {
	bool private_type;
};

FIXTURE_VARIANT_ADD(race, default_vm) { .private_type = false };
FIXTURE_VARIANT_ADD(race, private_vm) { .private_type = true };

FIXTURE_SETUP(race)
{
	long type = variant->private_type ? vm_private_type() : VM_TYPE_DEFAULT;

	REQUIRE(kvm_cap(KVM_CAP_PRE_FAULT_MEMORY), "no KVM_PRE_FAULT_MEMORY");
	REQUIRE(type >= 0, "no VM type with private memory");
	REQUIRE(fault_gate_available(), "no userfaultfd for kernel accesses");
	self->vm = vm_create(type);
	self->vcpu = vcpu_create(self->vm);
	self->slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE,
				 variant->private_type ? MEMSLOT_GMEM : 0);
	fault_gate_close(&self->gate, memslot_hva(self->slot, GATE_GPA));
	alarm(PRE_FAULT_LIMIT_SECONDS);
}

FIXTURE_TEARDOWN(race)
{
	alarm(0);
	vm_free(self->vm);
}

/* A pre-fault in a thread of its own. */
struct pre_fault_thread {
	pthread_t thread;
	struct vcpu *vcpu;
	u64 gpa, size;
	int ret;
};

static void *pre_fault(void *arg)
{
	struct pre_fault_thread *t = arg;

	t->ret = __vcpu_pre_fault(t->vcpu, &t->gpa, &t->size);
	return NULL;
}

/* Start it and wait until it stands at the gate. */
static void start_and_hold(struct pre_fault_thread *t, struct fault_gate *gate)
{
	FAIL_UNLESS(!pthread_create(&t->thread, NULL, pre_fault, t), "pthread_create");
	fault_gate_wait(gate);
}

static void on_signal(int sig)
{
	(void)sig;
}

static void interrupt(struct pre_fault_thread *t)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGUSR1, &sa, NULL);
	pthread_kill(t->thread, SIGUSR1);
	thread_join(t->thread, "an interrupted pre-fault");
}

/*
 * PREFAULT-4: a signal before anything was mapped is EINTR, and nothing was done.
 * Red: mutant prefault-intr-hidden.
 */
TEST_F(race, signal_before_any_progress_is_eintr)
{
	struct pre_fault_thread t = { .vcpu = self->vcpu, .gpa = GATE_GPA, .size = GATE_LEFT };

	start_and_hold(&t, &self->gate);
	interrupt(&t);
	EXPECT_ERRNO(EINTR, t.ret);
	EXPECT_EQ(GATE_GPA, t.gpa);
	EXPECT_EQ(GATE_LEFT, t.size);

	fault_gate_open(&self->gate);
	EXPECT_OK(__vcpu_pre_fault(self->vcpu, &t.gpa, &t.size));
	EXPECT_EQ(0, t.size);
}

/*
 * PREFAULT-4: a signal after some pages is a success that reports them.
 * Red: mutant prefault-all-or-nothing.
 */
TEST_F(race, signal_after_progress_is_success)
{
	struct pre_fault_thread t = { .vcpu = self->vcpu, .gpa = TEST_GPA, .size = SLOT_SIZE };

	start_and_hold(&t, &self->gate);
	interrupt(&t);
	EXPECT_OK(t.ret);
	EXPECT_EQ(GATE_GPA, t.gpa);
	EXPECT_EQ(GATE_LEFT, t.size);

	fault_gate_open(&self->gate);
	EXPECT_OK(__vcpu_pre_fault(self->vcpu, &t.gpa, &t.size));
	EXPECT_EQ(0, t.size);
}

/* A page that is mapped, or will be, so that this works until its slot begins to go. */
static int pre_fault_until_refused(struct vcpu *vcpu, u64 *gpa, u64 *size)
{
	const u64 first_gpa = *gpa, first_size = *size;
	int ret;

	do {
		*gpa = first_gpa;
		*size = first_size;
		ret = __vcpu_pre_fault(vcpu, gpa, size);
		sched_yield();
	} while (!ret);
	return ret;
}

static void *delete_slot(void *slot)
{
	memslot_delete(slot);
	return NULL;
}

/*
 * PREFAULT-1, PREFAULT-4: while a slot is being deleted (here it cannot go before a
 * pre-fault that began earlier has ended) a pre-fault in it is EAGAIN, and that earlier
 * one ends with what it has done. When the slot comes back, all of it can be pre-faulted.
 * 6.12 spins, which keeps the deletion from ending, too.
 * Red: 6.12.
 */
TEST_F(race, slot_being_deleted_is_eagain)
{
	struct pre_fault_thread t = { .vcpu = self->vcpu, .gpa = TEST_GPA, .size = SLOT_SIZE };
	struct vcpu *other = vcpu_create(self->vm);
	u64 gpa = TEST_GPA, size = PAGE_SIZE;
	pthread_t deleter;

	start_and_hold(&t, &self->gate);
	ASSERT_EQ(0, pthread_create(&deleter, NULL, delete_slot, self->slot));
	EXPECT_ERRNO(EAGAIN, pre_fault_until_refused(other, &gpa, &size));
	EXPECT_EQ(TEST_GPA, gpa);
	EXPECT_EQ(PAGE_SIZE, size);

	fault_gate_open(&self->gate);
	thread_join(t.thread, "the pre-fault that was held up");
	thread_join(deleter, "the deletion of the slot");
	EXPECT_OK(t.ret);
	EXPECT_EQ(GATE_GPA + PAGE_SIZE, t.gpa);
	EXPECT_ERRNO(ENOENT, __vcpu_pre_fault(other, &gpa, &size));

	self->slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, 0);
	vcpu_pre_fault(self->vcpu, TEST_GPA, SLOT_SIZE);
	vcpu_call(self->vcpu, guest_check_zero, TEST_GPA, NR_PAGES);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

#define MOVING_GPA	(TEST_GPA + SLOT_SIZE)
#define BEYOND		BIT_ULL(58)	/* no x86 guest has such an address */

/* Only slots without guest_memfd move. Where this one goes KVM sees when it has taken it away. */
static void *move_beyond(void *arg)
{
	const struct memslot *s = arg;

	return (void *)(long)__memslot_set2(s->vm, s->id, 0, BEYOND, SLOT_SIZE, s->hva, -1, 0);
}

/*
 * BIND-16: while a slot is being moved, which ends in a refusal, a vCPU that needs a page of it
 * waits, and finds the slot where it was. On 6.12 the pre-fault that tells when the slot is in
 * motion spins. Red: mutant slot-in-motion-used.
 */
TEST_F(race, vcpu_waits_for_a_slot_in_motion)
{
	struct memslot *slot = memslot_add(self->vm, MOVING_GPA, SLOT_SIZE, 0);
	struct pre_fault_thread t = { .vcpu = self->vcpu, .gpa = MOVING_GPA, .size = SLOT_SIZE };
	const u64 last_gpa = MOVING_GPA + SLOT_SIZE - PAGE_SIZE;
	struct vcpu *other = vcpu_create(self->vm), *reader = vcpu_create(self->vm);
	int stats_fd = ioctl(reader->fd, KVM_GET_STATS_FD, NULL);
	struct vcpu_thread reading;
	struct fault_gate gate;
	u64 gpa = MOVING_GPA, size = PAGE_SIZE, nr_faults;
	pthread_t mover;

	ASSERT_LE(0, stats_fd);
	*(u64 *)memslot_hva(slot, last_gpa) = 0x1111;
	/* So that the reader has all mapped but what it reads. */
	vcpu_call_done(reader, guest_read_u64, MOVING_GPA);
	fault_gate_close(&gate, memslot_hva(slot, MOVING_GPA + GATE_PAGE * PAGE_SIZE));
	start_and_hold(&t, &gate);
	ASSERT_EQ(0, pthread_create(&mover, NULL, move_beyond, slot));
	EXPECT_ERRNO(EAGAIN, pre_fault_until_refused(other, &gpa, &size));

	nr_faults = kvm_stats_file_get(stats_fd, "pf_taken");
	vcpu_call(reader, guest_read_u64, last_gpa);
	vcpu_thread_start(&reading, reader);
	while (kvm_stats_file_get(stats_fd, "pf_taken") == nr_faults)
		sched_yield();
	fault_gate_open(&gate);
	EXPECT_GUEST_RETURNED(0x1111, vcpu_thread_join(&reading));
	EXPECT_ERRNO(EINVAL, (long)thread_join(mover, "the move of the slot"));
	thread_join(t.thread, "the pre-fault that was held up");
	EXPECT_OK(t.ret);
	close(stats_fd);
}

GMEM_TEST_MAIN
