// SPDX-License-Identifier: GPL-2.0
/*
 * Slots and files that go away while somebody else uses them, or takes them away
 * too. Much of what can go wrong here is a use after free, which a kernel with
 * KASAN reports by itself; the cases also look for what it does to a slot that
 * gets the freed memory.
 */
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "arch.h"
#include "case_limit.h"
#include "disposable.h"
#include "fail.h"
#include "gmem.h"
#include "guest_image.h"
#include "guest_mem.h"
#include "guest_mmu.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "page_pattern.h"
#include "vcpu_thread.h"
#include "vm.h"

#define ID		1
#define NR_PAGES	3
#define SLOT_SIZE	(NR_PAGES * PAGE_SIZE)
#define MAX_VCPUS	4
#define GEN		9

/* The guest's own; the host gets at them by guest_var(). */
static u64 stop;
static u64 passes[MAX_VCPUS];

FIXTURE(memslot_race) {
	struct vm *vm;
	struct vcpu *vcpus[MAX_VCPUS];
	void *hva;
};

FIXTURE_VARIANT(memslot_race) {
	int nr_vcpus;
};

FIXTURE_VARIANT_ADD(memslot_race, one_vcpu) {
	.nr_vcpus = 1,
};

FIXTURE_VARIANT_ADD(memslot_race, four_vcpus) {
	.nr_vcpus = 4,
};

/* A VM with SLOT_SIZE private bytes at TEST_GPA for which there is no slot yet. */
static struct vm *race_vm_create(void **hva)
{
	struct vm *vm = vm_create(vm_private_type());

	*hva = backing_map(BACKING_ANON, SLOT_SIZE);
	guest_mmu_map_identity(vm, TEST_GPA, SLOT_SIZE);
	mem_attrs_set_private(vm, TEST_GPA, SLOT_SIZE);
	return vm;
}

FIXTURE_SETUP(memslot_race)
{
	int i;

	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = race_vm_create(&self->hva);
	for (i = 0; i < variant->nr_vcpus; i++)
		self->vcpus[i] = vcpu_create(self->vm);
}

FIXTURE_TEARDOWN(memslot_race)
{
	vm_free(self->vm);
}

static int bind_file(struct vm *vm, u32 id, u64 gpa, void *hva, int fd)
{
	return __memslot_set2(vm, id, KVM_MEM_GUEST_MEMFD, gpa, SLOT_SIZE, hva, fd, 0);
}

static int delete(struct vm *vm, u32 id)
{
	return __memslot_set1(vm, id, 0, 0, 0, NULL);
}

/* Read all pages again and again; each must be as the set-up of the case left it. */
static void guest_read_pages(u64 id)
{
	while (!READ_ONCE(stop)) {
		guest_check_pages(TEST_GPA, NR_PAGES, PAGE_PRIVATE, GEN);
		WRITE_ONCE(passes[id], READ_ONCE(passes[id]) + 1);
	}
}

/* A vCPU that is run again after each memory fault, which it only counts. */
struct reader {
	pthread_t thread;
	struct vcpu *vcpu;
	struct vm_exit exit;	/* the one that ended it */
	bool has_ended;
};

static bool is_private_fault(const struct vm_exit *exit)
{
	return exit->ret == -EFAULT && exit->reason == KVM_EXIT_MEMORY_FAULT &&
	       exit->memory_fault.flags == KVM_MEMORY_EXIT_FLAG_PRIVATE &&
	       exit->memory_fault.size == PAGE_SIZE &&
	       exit->memory_fault.gpa - TEST_GPA < SLOT_SIZE;
}

static void *read_until_done(void *arg)
{
	struct reader *r = arg;
	struct vm_exit exit;

	do {
		exit = vcpu_run(r->vcpu);
	} while (is_private_fault(&exit));
	r->exit = exit;
	__atomic_store_n(&r->has_ended, true, __ATOMIC_RELEASE);
	return NULL;
}

/* Wait until the vCPU has read all pages once more; false if it ended instead. */
static bool wait_for_pass(struct vm *vm, const struct reader *r, int id)
{
	u64 *nr = guest_var(vm, &passes[id]), start = READ_ONCE(*nr);
	time_t limit = time(NULL) + wait_limit_seconds();

	while (READ_ONCE(*nr) == start) {
		if (__atomic_load_n(&r->has_ended, __ATOMIC_ACQUIRE))
			return false;
		FAIL_UNLESS(time(NULL) <= limit, "vCPU %d makes no progress", id);
		sched_yield();
	}
	return true;
}

/* Of threads that do not run vCPUs: a VM without slots. */
FIXTURE(memslot_duel) {
	struct vm *vm;
	void *hva;
};

FIXTURE_SETUP(memslot_duel)
{
	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = race_vm_create(&self->hva);
}

FIXTURE_TEARDOWN(memslot_duel)
{
	vm_free(self->vm);
}

static void delay(int n)
{
	while (n-- > 0)
		arch_guest_relax();
}

/*
 * BIND-9: vCPUs that have the pages mapped when the file is closed all leave with
 * a memory fault, and none stays behind.
 * Red: mutant bind-close-leaves-mappings (nobody leaves).
 */
TEST_F(memslot_race, close_under_running_vcpus)
{
	struct vcpu_thread threads[MAX_VCPUS];
	int round, i, fd;

	for (round = 0; round < 5; round++) {
		fd = gmem_create(self->vm, SLOT_SIZE, 0);
		ASSERT_OK(bind_file(self->vm, ID, TEST_GPA, self->hva, fd));
		vcpu_call_done(self->vcpus[0], guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_PRIVATE,
			       GEN);
		for (i = 0; i < variant->nr_vcpus; i++) {
			vcpu_call(self->vcpus[i], guest_read_pages, i);
			vcpu_thread_start(&threads[i], self->vcpus[i]);
		}
		delay(round * 2000);
		close(fd);
		for (i = 0; i < variant->nr_vcpus; i++) {
			struct vm_exit exit = vcpu_thread_join(&threads[i]);

			EXPECT_TRUE(is_private_fault(&exit)) {
				TH_LOG("vCPU %d: %s", i, vm_exit_str(&exit));
			}
		}
		ASSERT_OK(delete(self->vm, ID));
	}
}

/*
 * BIND-9: vCPUs that read while their slot comes and goes see its data or a memory
 * fault, never anything else. Red: mutant bind-delete-truncates (zeros).
 */
TEST_F(memslot_race, delete_under_running_vcpus)
{
	struct reader readers[MAX_VCPUS] = { 0 };
	int fd = gmem_create(self->vm, SLOT_SIZE, 0);
	bool running = true;
	int i, round;

	ASSERT_OK(bind_file(self->vm, ID, TEST_GPA, self->hva, fd));
	vcpu_call_done(self->vcpus[0], guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_PRIVATE, GEN);
	for (i = 0; i < variant->nr_vcpus; i++) {
		readers[i].vcpu = self->vcpus[i];
		vcpu_call(self->vcpus[i], guest_read_pages, i);
		ASSERT_EQ(0, pthread_create(&readers[i].thread, NULL, read_until_done,
					    &readers[i]));
	}
	for (round = 0; running && round < 5; round++) {
		i = round % variant->nr_vcpus;
		running = wait_for_pass(self->vm, &readers[i], i);
		EXPECT_OK(delete(self->vm, ID));
		delay(round * 500);
		ASSERT_OK(bind_file(self->vm, ID + round % 2, TEST_GPA, self->hva, fd));
		EXPECT_OK(delete(self->vm, ID + round % 2));
		ASSERT_OK(bind_file(self->vm, ID, TEST_GPA, self->hva, fd));
	}
	WRITE_ONCE(*guest_var(self->vm, &stop), 1);
	for (i = 0; i < variant->nr_vcpus; i++) {
		thread_join(readers[i].thread, "a vCPU's thread");
		EXPECT_GUEST_DONE(readers[i].exit);
	}
	close(fd);
}

/*
 * Three threads for the lock of slots, each beginning when the one before it goes into the
 * kernel. The first has its CPU for itself; the others share one, so that who deletes has
 * made the next slot, in the memory of the last, before who closes can run.
 */
struct queue {
	struct vm *vm;
	int fd;			/* to be closed */
	int delay;
	bool holder_goes, deleter_goes;
	cpu_set_t holder_cpus;
};

static void wait_for(const bool *goes)
{
	while (!__atomic_load_n(goes, __ATOMIC_ACQUIRE))
		sched_yield();
}

static void tell(bool *goes)
{
	__atomic_store_n(goes, true, __ATOMIC_RELEASE);
}

#define HELD_GPA	(TEST_GPA + SZ_1G)
#define HELD_SIZE	(SZ_1G / 8)

/* Has the lock of slots for long: converts memory that nobody has. */
static void *hold_slots(void *arg)
{
	struct queue *q = arg;

	sched_setaffinity(0, sizeof(q->holder_cpus), &q->holder_cpus);
	tell(&q->holder_goes);
	mem_attrs_set_private(q->vm, HELD_GPA, HELD_SIZE);
	return NULL;
}

static void *close_file(void *arg)
{
	struct sched_param param = { 0 };
	struct queue *q = arg;

	/* Does not interrupt who wakes it. */
	sched_setscheduler(0, SCHED_BATCH, &param);
	wait_for(&q->deleter_goes);
	delay(q->delay);
	close(q->fd);
	return NULL;
}

/*
 * BIND-9: the file is closed while its slot is deleted and made again with another
 * file, in what may be the same memory: the new slot has its file. Until 2025 the
 * release of the first file could write to the slot that was freed. That waits for the
 * lock of slots, behind who deletes: so somebody has that lock when both come.
 * Red: mutant bind-unbind-skips-dying (the new slot has lost its file).
 */
TEST_F(memslot_duel, close_against_delete)
{
	struct vcpu *vcpu = vcpu_create(self->vm);
	struct vm *vm = self->vm;
	pthread_t closer, holder;
	cpu_set_t here, others;
	struct queue q;
	int i, second;

	ASSERT_EQ(0, sched_getaffinity(0, sizeof(others), &others));
	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(here), &here));
	if (CPU_COUNT(&others) > 1)
		CPU_XOR(&others, &others, &here);
	for (i = 0; i < 8; i++) {
		q = (struct queue) {
			.vm = vm,
			.fd = gmem_create(vm, SLOT_SIZE, 0),
			.delay = i * 500,
			.holder_cpus = others,
		};
		second = gmem_create(vm, SLOT_SIZE, 0);
		ASSERT_OK(bind_file(vm, ID, TEST_GPA, self->hva, q.fd));
		vcpu_call_done(vcpu, guest_write_u64, TEST_GPA, 1);
		mem_attrs_set_shared(vm, HELD_GPA, HELD_SIZE);

		ASSERT_EQ(0, pthread_create(&closer, NULL, close_file, &q));
		ASSERT_EQ(0, pthread_create(&holder, NULL, hold_slots, &q));
		wait_for(&q.holder_goes);
		delay(500);
		tell(&q.deleter_goes);
		EXPECT_OK(delete(vm, ID));
		EXPECT_OK(bind_file(vm, ID, TEST_GPA, self->hva, second));
		thread_join(closer, "the thread that closes the file");
		thread_join(holder, "the thread that converts");

		vcpu_call(vcpu, guest_read_u64, TEST_GPA);
		EXPECT_GUEST_RETURNED(0, vcpu_run(vcpu));
		ASSERT_OK(delete(vm, ID));
		close(second);
	}
}

struct binder {
	struct barrier *start;
	struct vm *vm;
	void *hva;
	int fd;
	int ret;
};

static void *bind_second(void *arg)
{
	struct binder *b = arg;

	barrier_wait(b->start);
	b->ret = bind_file(b->vm, ID + 1, TEST_GPA + SZ_4M, b->hva, b->fd);
	return NULL;
}

/*
 * BIND-9, BIND-4: two slots are bound to the same pages at once: one of them wins.
 * (For the loser's error see memslot_overlap_test.) Red: mutant bind-overlap-allowed.
 */
TEST_F(memslot_duel, two_binds_of_one_range)
{
	struct barrier start;
	struct binder b = {
		.start = &start,
		.vm = self->vm,
		.hva = self->hva,
		.fd = gmem_create(self->vm, SLOT_SIZE, 0),
	};
	pthread_t thread;
	int i, first;

	barrier_init(&start, 2);
	for (i = 0; i < 12; i++) {
		ASSERT_EQ(0, pthread_create(&thread, NULL, bind_second, &b));
		barrier_wait(&start);
		first = bind_file(b.vm, ID, TEST_GPA, b.hva, b.fd);
		thread_join(thread, "the second binder");
		EXPECT_EQ(1, !first + !b.ret) {
			TH_LOG("results %d and %d", first, b.ret);
		}
		ASSERT_OK(delete(b.vm, first ? ID + 1 : ID));
	}
	close(b.fd);
}

GMEM_TEST_MAIN
