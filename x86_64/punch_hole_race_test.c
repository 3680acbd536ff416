// SPDX-License-Identifier: GPL-2.0
/*
 * Holes punched under vCPUs that use the memory all the while.
 *
 * Not on a user's machine: where a kernel forgets a mapping, the guest goes on writing
 * to memory that is somebody else's by then.
 */
#include <sched.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "case_limit.h"
#include "disposable.h"
#include "harness.h"
#include "gmem.h"
#include "guest_image.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "page_pattern.h"
#include "rng.h"
#include "vcpu_thread.h"
#include "vm.h"

#define NR_PAGES	16
#define SIZE		(NR_PAGES * PAGE_SIZE)
#define NR_HOLES	12
#define MAX_VCPUS	4

/* The guest's own; the host gets at them by guest_var(). */
static u64 stop;
static u64 passes[MAX_VCPUS];

/*
 * Fill each page that was found empty; every word is the page's pattern or, in a
 * hole and until somebody has filled it again, zero. All vCPUs write the same.
 */
static u64 guest_use_pages(u64 gpa, u64 id, u64 seed)
{
	u64 page, index, word, expected, nr_empty = 0;
	struct rng rng;
	u64 *words;

	rng_init(&rng, seed, id);
	while (!READ_ONCE(stop)) {
		for (page = 0; page < NR_PAGES; page++) {
			words = (u64 *)(unsigned long)(gpa + page * PAGE_SIZE);
			index = rng_below(&rng, PAGE_SIZE / sizeof(*words));
			expected = page_pattern_word(PAGE_PRIVATE, gpa / PAGE_SIZE + page, 1,
						     index);
			word = READ_ONCE(words[index]);
			GUEST_ASSERT_MSG(!word || word == expected,
					 "page %llu: %#llx is neither 0 nor %#llx", page, word,
					 expected);
			if (!word) {
				nr_empty++;
				page_pattern_fill(words, PAGE_PRIVATE, gpa / PAGE_SIZE + page, 1);
			}
		}
		WRITE_ONCE(passes[id], passes[id] + 1);
	}
	return nr_empty;
}

struct user {
	pthread_t thread;
	struct vcpu *vcpu;
	struct vm_exit exit;	/* of interest once it has ended */
	bool has_ended;
};

static void *use_pages(void *arg)
{
	struct user *user = arg;

	user->exit = vcpu_run(user->vcpu);
	__atomic_store_n(&user->has_ended, true, __ATOMIC_RELEASE);
	return NULL;
}

FIXTURE(punch_hole_race) {
	struct vm *vm;
	int fd;
	struct user users[MAX_VCPUS];
};

FIXTURE_VARIANT(punch_hole_race) {
	int nr_vcpus;
};

FIXTURE_VARIANT_ADD(punch_hole_race, one_vcpu) {
	.nr_vcpus = 1,
};

FIXTURE_VARIANT_ADD(punch_hole_race, two_vcpus) {
	.nr_vcpus = 2,
};

FIXTURE_VARIANT_ADD(punch_hole_race, four_vcpus) {
	.nr_vcpus = 4,
};

FIXTURE_SETUP(punch_hole_race)
{
	int i;

	self->fd = -1;
	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->fd = gmem_create(self->vm, SIZE, 0);
	memslot_add_gmem(self->vm, TEST_GPA, SIZE, self->fd, 0);
	mem_attrs_set_private(self->vm, TEST_GPA, SIZE);
	for (i = 0; i < variant->nr_vcpus; i++) {
		struct user *user = &self->users[i];

		user->vcpu = vcpu_create(self->vm);
		vcpu_call(user->vcpu, guest_use_pages, TEST_GPA, i, rng_seed());
		ASSERT_EQ(0, pthread_create(&user->thread, NULL, use_pages, user));
	}
}

FIXTURE_TEARDOWN(punch_hole_race)
{
	if (self->fd >= 0)
		close(self->fd);
	vm_free(self->vm);
}

/* Put something foreign into the pages that were freed last. */
static void recycle_pages(u64 nr)
{
	void *p = mmap(NULL, nr * PAGE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	FAIL_UNLESS(p != MAP_FAILED, "mmap: %s", errno_name(errno));
	memset(p, 0xee, nr * PAGE_SIZE);
	munmap(p, nr * PAGE_SIZE);
}

/* Wait until each vCPU has seen all pages once more; false if one left instead. */
static bool wait_for_passes(struct vm *vm, const struct user *users, int nr_vcpus)
{
	time_t limit = time(NULL) + wait_limit_seconds();
	u64 *nr = guest_var(vm, &passes[0]), start[MAX_VCPUS];
	int i;

	for (i = 0; i < nr_vcpus; i++)
		start[i] = READ_ONCE(nr[i]);
	for (i = 0; i < nr_vcpus; i++) {
		/* The pass under way may be past the hole: one that begins after now. */
		while (READ_ONCE(nr[i]) < start[i] + 2) {
			if (__atomic_load_n(&users[i].has_ended, __ATOMIC_ACQUIRE))
				return false;
			FAIL_UNLESS(time(NULL) <= limit, "vCPU %d makes no progress", i);
			sched_yield();
		}
	}
	return true;
}

/*
 * FALLOC-4, FALLOC-5: a vCPU that uses a page while it is taken away reads its
 * old bytes or zeros, never what its next owner puts there, and goes on.
 * Red: mutant file-pfn-no-clear.
 */
TEST_F(punch_hole_race, running_vcpu_sees_old_bytes_or_zeros)
{
	bool running = true;
	u64 nr_empty = 0;
	struct rng rng;
	int i, hole;

	rng_init(&rng, rng_seed(), MAX_VCPUS);
	for (hole = 0; running && hole < NR_HOLES; hole++) {
		u64 first = rng_below(&rng, NR_PAGES), nr = rng_range(&rng, 1, NR_PAGES - first);

		gmem_punch_hole(self->fd, first * PAGE_SIZE, nr * PAGE_SIZE);
		recycle_pages(nr);
		running = wait_for_passes(self->vm, self->users, variant->nr_vcpus);
	}
	WRITE_ONCE(*guest_var(self->vm, &stop), 1);
	for (i = 0; i < variant->nr_vcpus; i++) {
		thread_join(self->users[i].thread, "a vCPU's thread");
		EXPECT_GUEST_DONE(self->users[i].exit);
		nr_empty += self->users[i].exit.uc.ret;
	}
	/* The holes were there, and somebody fell into each. */
	EXPECT_LE(NR_HOLES, nr_empty);
}

GMEM_TEST_MAIN
