// SPDX-License-Identifier: GPL-2.0
/*
 * A hole in the file, or in the host's memory, is half done while somebody changes the
 * slot that it is in, or converts other pages. KVM counts invalidations that are under
 * way: once when one begins, if a slot is concerned, and once when it ends, if a slot is
 * still concerned. Who comes between makes the count wrong for good, unless he waits: at
 * one too many, no vCPU ever maps a page of the range again; at one too few, the VM dies.
 * virt/kvm/kvm_main.c, kvm_mmu_invalidate_start(); virt/kvm/guest_memfd.c,
 * kvm_gmem_punch_hole().
 *
 * Not on a user's machine: where a kernel forgets the range, the guest keeps a page that
 * is somebody else's by then.
 */
#include <sched.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "case_limit.h"
#include "disposable.h"
#include "fail.h"
#include "gmem.h"
#include "gmem_pages.h"
#include "guest_image.h"
#include "guest_mem.h"
#include "guest_mmu.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "vcpu_thread.h"
#include "vm.h"

#define ID		1
#define SLOT_SIZE	(3 * PAGE_SIZE)
/* The slot's middle page, which is also the last one of the hole. */
#define PROBE		PAGE_SIZE
#define PROBE_GPA	(TEST_GPA + PROBE)

/*
 * Before the slot the hole has so much that taking it away lasts much longer than what is
 * to come between: of a file, pages; of host memory, page tables with a page in each,
 * which are faster to have. The first of them goes first, the slot last.
 */
#define FILE_BEFORE	(4096ULL * PAGE_SIZE)
#define HOST_BEFORE	(2048ULL * ARCH_LARGE_PAGE_SIZE)

/*
 * The thread that makes the hole may be done before the other one gets its turn: tried
 * again until it was not. No verdict depends on it.
 */
#define ENOUGH_HITS	1
#define MAX_ROUNDS	5

/* The guest's own; the host gets at them by guest_var(). */
static u64 stop, nr_reads;

FIXTURE(hole_race) {
	struct vm *vm;
	struct vcpu *vcpu;
	char *host;	/* HOST_BEFORE, and the slot's shared side */
	int fd;		/* FILE_BEFORE, and the slot's private side */
};

FIXTURE_VARIANT(hole_race) {
	bool in_file;
};

FIXTURE_VARIANT_ADD(hole_race, in_file) {
	.in_file = true,
};

FIXTURE_VARIANT_ADD(hole_race, in_host_memory) {
	.in_file = false,
};

FIXTURE_SETUP(hole_race)
{
	self->fd = -1;
	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->fd = gmem_create(self->vm, FILE_BEFORE + SLOT_SIZE, 0);
	REQUIRE(!variant->in_file || gmem_can_count_pages(self->fd),
		"no way to count a file's pages");
	self->host = backing_map(BACKING_ANON, HOST_BEFORE + SLOT_SIZE);
	guest_mmu_map_identity(self->vm, TEST_GPA, SLOT_SIZE);
	if (variant->in_file)
		mem_attrs_set_private(self->vm, PROBE_GPA, PAGE_SIZE);
}

FIXTURE_TEARDOWN(hole_race)
{
	if (self->fd >= 0)
		close(self->fd);
	vm_free(self->vm);
}

static int bind_slot(struct vm *vm, char *host, int fd)
{
	return __memslot_set2(vm, ID, KVM_MEM_GUEST_MEMFD, TEST_GPA, SLOT_SIZE,
			      host + HOST_BEFORE, fd, FILE_BEFORE);
}

static int delete_slot(struct vm *vm)
{
	return __memslot_set1(vm, ID, 0, 0, 0, NULL);
}

/* A thread that makes the hole, which ends with the slot's page PROBE. */
struct digger {
	pthread_t thread;
	int fd;			/* the file, or -1: in host memory */
	char *host;		/* HOST_BEFORE, and the slot's shared side */
	int ret;
	bool is_done;
};

static void *dig(void *arg)
{
	struct digger *d = arg;

	if (d->fd >= 0)
		d->ret = __gmem_punch_hole(d->fd, 0, FILE_BEFORE + PROBE + PAGE_SIZE);
	else
		d->ret = madvise(d->host, HOST_BEFORE + PROBE + PAGE_SIZE, MADV_DONTNEED) ?
			 -errno : 0;
	__atomic_store_n(&d->is_done, true, __ATOMIC_RELEASE);
	return NULL;
}

static void fill(const struct digger *d, struct vcpu *vcpu)
{
	u64 offset;

	if (d->fd >= 0)
		gmem_allocate(d->fd, 0, FILE_BEFORE);
	else	/* zero pages: the tables are what counts */
		for (offset = 0; offset < HOST_BEFORE; offset += ARCH_LARGE_PAGE_SIZE)
			READ_ONCE(d->host[offset]);
	vcpu_call_done(vcpu, guest_write_u64, PROBE_GPA, 0x1234);
}

/* The first or the last page before the slot: they go in order. */
static bool has_page(const struct digger *d, bool last)
{
	unsigned char present = 0;
	char *page = d->host + (last ? HOST_BEFORE - ARCH_LARGE_PAGE_SIZE : 0);

	if (d->fd >= 0)
		return gmem_has_page(d->fd, last ? FILE_BEFORE - PAGE_SIZE : 0);
	FAIL_UNLESS(!mincore(page, PAGE_SIZE, &present), "mincore: %s", errno_name(errno));
	return present & 1;
}

static void start_digging(struct digger *d)
{
	int ret;

	d->is_done = false;
	ret = pthread_create(&d->thread, NULL, dig, d);
	FAIL_UNLESS(!ret, "pthread_create: %s", errno_name(ret));
}

/* Until the first page is gone: KVM has been told, and is told of the end much later. */
static void wait_for_first_page(const struct digger *d)
{
	time_t limit = time(NULL) + wait_limit_seconds();

	while (has_page(d, false)) {
		FAIL_UNLESS(time(NULL) <= limit, "nobody takes the first page away");
		sched_yield();
	}
}

static struct vm_exit read_probe(struct vcpu *vcpu)
{
	struct vcpu_thread t;

	/* In a thread, so that a vCPU that never gets its page is told from other hangs. */
	vcpu_call(vcpu, guest_read_u64, PROBE_GPA);
	vcpu_thread_start(&t, vcpu);
	return vcpu_thread_join(&t);
}

/*
 * BIND-9, FALLOC-5, BIND-11: a slot that is deleted while a hole in it is half done, and
 * bound again, has zeros in the hole, and the vCPU gets them.
 * Red: mutants bind-unbind-unlocked, file-punch-unlocked.
 */
TEST_F(hole_race, slot_deleted_while_a_hole_is_made)
{
	struct digger d = { .fd = variant->in_file ? self->fd : -1, .host = self->host };
	int round, hits = 0;

	ASSERT_OK(bind_slot(self->vm, self->host, self->fd));
	for (round = 0; hits < ENOUGH_HITS && round < MAX_ROUNDS; round++) {
		fill(&d, self->vcpu);
		start_digging(&d);
		wait_for_first_page(&d);
		hits += has_page(&d, true);
		ASSERT_OK(delete_slot(self->vm));
		ASSERT_OK(bind_slot(self->vm, self->host, self->fd));
		thread_join(d.thread, "the thread that makes the hole");
		ASSERT_OK(d.ret);
		EXPECT_GUEST_RETURNED(0, read_probe(self->vcpu));
	}
}

/*
 * BIND-9, FALLOC-5, BIND-11: a slot that is bound while a hole is half done has zeros in
 * the hole, and the VM lives.
 * Red: mutants bind-commit-unlocked, file-punch-unlocked, slot-swap-no-wait.
 */
TEST_F(hole_race, slot_bound_while_a_hole_is_made)
{
	struct digger d = { .fd = variant->in_file ? self->fd : -1, .host = self->host };
	int round, hits = 0;

	for (round = 0; hits < ENOUGH_HITS && round < MAX_ROUNDS; round++) {
		ASSERT_OK(bind_slot(self->vm, self->host, self->fd));
		fill(&d, self->vcpu);
		ASSERT_OK(delete_slot(self->vm));
		start_digging(&d);
		wait_for_first_page(&d);
		hits += has_page(&d, true);
		ASSERT_OK(bind_slot(self->vm, self->host, self->fd));
		thread_join(d.thread, "the thread that makes the hole");
		ASSERT_OK(d.ret);
		EXPECT_GUEST_RETURNED(0, read_probe(self->vcpu));
		ASSERT_OK(delete_slot(self->vm));
	}
}

/* Reads all the while, and once more at the end, which is what it returns. */
static u64 guest_keep_reading(u64 gpa)
{
	while (!READ_ONCE(stop)) {
		guest_read_u64(gpa);
		WRITE_ONCE(nr_reads, nr_reads + 1);
	}
	return guest_read_u64(gpa);
}

static void start_reading(struct vcpu_thread *t, struct vm *vm, struct vcpu *vcpu)
{
	WRITE_ONCE(*guest_var(vm, &stop), 0);
	vcpu_call(vcpu, guest_keep_reading, PROBE_GPA);
	vcpu_thread_start(t, vcpu);
	vcpu_thread_wait_progress(t, &nr_reads, 1);
}

/* The pages on either side of PROBE become private and shared again. */
static void convert_neighbours(struct vm *vm)
{
	const u64 behind = PROBE_GPA + PAGE_SIZE;

	mem_attrs_set_private(vm, TEST_GPA, PAGE_SIZE);
	mem_attrs_set_private(vm, behind, PAGE_SIZE);
	mem_attrs_set_shared(vm, TEST_GPA, PAGE_SIZE);
	mem_attrs_set_shared(vm, behind, PAGE_SIZE);
}

/*
 * ATTR-9, FALLOC-5, BIND-11: the pages beside one are converted while it is taken away.
 * A vCPU that reads it all the while is left with none of the old memory: of several
 * ranges that are being unmapped KVM forgets none before all are done.
 * Red: mutants held-range-last-only, held-range-forgotten.
 */
TEST_F(hole_race, neighbours_converted_while_a_hole_is_made)
{
	struct digger d = { .fd = variant->in_file ? self->fd : -1, .host = self->host };
	struct vcpu_thread reader;
	int round;

	ASSERT_OK(bind_slot(self->vm, self->host, self->fd));
	for (round = 0; round < 2; round++) {
		fill(&d, self->vcpu);
		start_reading(&reader, self->vm, self->vcpu);
		start_digging(&d);
		do {
			convert_neighbours(self->vm);
		} while (!__atomic_load_n(&d.is_done, __ATOMIC_ACQUIRE));
		thread_join(d.thread, "the thread that makes the hole");
		ASSERT_OK(d.ret);
		WRITE_ONCE(*guest_var(self->vm, &stop), 1);
		EXPECT_GUEST_RETURNED(0, vcpu_thread_join(&reader));
	}
}

GMEM_TEST_MAIN
