// SPDX-License-Identifier: GPL-2.0
/*
 * Conversions under running vCPUs. The host converts pages at random while every
 * vCPU reads and writes them, each its own word of each page, and judges what it
 * reads: the host announces each conversion before it begins and after it has
 * ended, so whenever a page's state was the same before and after an access, the
 * access must have gone to the side that the state names.
 *
 * It runs on any machine: this is what a guest does to any VMM, no kernel is known to
 * have crashed of it, and what a bad one mixes up is this VM's own memory.
 */
#include <linux/kvm.h>
#include <pthread.h>

#include "arch.h"
#include "checked_mem.h"
#include "guest_image.h"
#include "guest_mem.h"
#include "harness.h"
#include "memslot.h"
#include "vcpu_thread.h"
#include "vm.h"

#define NR_PAGES	8
#define MAX_VCPUS	4

/* The storm ends when each vCPU has had so many accesses judged, and so many exits. */
#define MIN_JUDGED	300
#define MIN_CONVERSIONS	200
#define MAX_CONVERSIONS	200000

/*
 * What the guest knows; all in the guest's copy of these variables. The state of a
 * page: its attribute in bit 0, bit 1 while it is being converted, a number above.
 */
#define STATE_PRIVATE	BIT_ULL(0)
#define STATE_CHANGING	BIT_ULL(1)
#define STATE_STEP	BIT_ULL(2)

static struct storm {
	u64 state[NR_PAGES];
	u64 stop;
	struct {
		u64 judged;
		u64 seed;
		u64 value;			/* the last one written, anywhere */
		u64 certain[NR_PAGES][2];	/* the last known to have reached a side */
		u64 tried[NR_PAGES];		/* the last written while it was changing */
	} of[MAX_VCPUS];
} storm;

static u64 *word_of(u64 base, u64 page, u64 vcpu)
{
	/* Not the first words: those are the page's pattern's. */
	return (u64 *)(unsigned long)(base + page * PAGE_SIZE) + 64 + vcpu * 9;
}

/*
 * The values that a side's word may have: the last that certainly went there, or one
 * written later when it was uncertain where it went.
 */
static bool legal(const struct storm *s, u64 vcpu, u64 page, u64 side, u64 found)
{
	const u64 certain = s->of[vcpu].certain[page][side];

	return found == certain || (found > certain && found <= s->of[vcpu].tried[page]);
}

static void guest_read(u64 vcpu, u64 page)
{
	u64 before, found, after;

	before = READ_ONCE(storm.state[page]);
	found = READ_ONCE(*word_of(TEST_GPA, page, vcpu));
	after = READ_ONCE(storm.state[page]);

	if (before != after || before & STATE_CHANGING) {
		GUEST_ASSERT_MSG(legal(&storm, vcpu, page, PAGE_SHARED, found) ||
				 legal(&storm, vcpu, page, PAGE_PRIVATE, found),
				 "page %llu: read %#llx, which neither side holds", page, found);
		return;
	}
	GUEST_ASSERT_MSG(legal(&storm, vcpu, page, before & STATE_PRIVATE, found),
			 "page %llu, %s: read %#llx, last written %#llx", page,
			 before & STATE_PRIVATE ? "private" : "shared", found,
			 storm.of[vcpu].certain[page][before & STATE_PRIVATE]);
	storm.of[vcpu].judged++;
}

static void guest_write(u64 vcpu, u64 page)
{
	const u64 value = ++storm.of[vcpu].value;
	u64 *word = word_of(TEST_GPA, page, vcpu);
	u64 before, found, after;

	before = READ_ONCE(storm.state[page]);
	/* Counted before, for an exit in the midst of it. */
	storm.of[vcpu].tried[page] = value;
	WRITE_ONCE(*word, value);
	found = READ_ONCE(*word);
	after = READ_ONCE(storm.state[page]);
	if (before != after || before & STATE_CHANGING)
		return;
	GUEST_ASSERT_MSG(found == value, "page %llu, %s: wrote %#llx, read back %#llx", page,
			 before & STATE_PRIVATE ? "private" : "shared", value, found);
	storm.of[vcpu].certain[page][before & STATE_PRIVATE] = value;
	storm.of[vcpu].judged++;
}

static void guest_storm(u64 vcpu)
{
	struct rng rng;
	u64 page;

	rng_init(&rng, storm.of[vcpu].seed, vcpu);
	while (!READ_ONCE(storm.stop)) {
		page = rng_below(&rng, NR_PAGES);
		if (rng_chance(&rng, 1, 2))
			guest_read(vcpu, page);
		else
			guest_write(vcpu, page);
	}
}

FIXTURE_CHECKED_MEM(storm, NR_PAGES);

FIXTURE_VARIANT_ADD(storm, one_vcpu) {
	.nr_vcpus = 1, .nr_slots = 1, .kind = BACKING_ANON,
};

FIXTURE_VARIANT_ADD(storm, two_vcpus_two_slots) {
	.nr_vcpus = 2, .nr_slots = 2, .kind = BACKING_MEMFD,
};

FIXTURE_VARIANT_ADD(storm, four_vcpus) {
	.nr_vcpus = 4, .nr_slots = 1, .kind = BACKING_ANON,
};

/* The guest's copy of its variables. */
static struct storm *guest_storm_of(const FIXTURE_DATA(storm) *self)
{
	return guest_var(self->vm, &storm);
}

struct storm_thread {
	pthread_t thread;
	struct vcpu *vcpu;
	struct vm_exit exit;
	u64 nr_faults;
};

/*
 * KVM decides whether an access is private when it begins to handle it. If the page
 * was converted by the time that it looks up the memory, it may leave with
 * KVM_EXIT_MEMORY_FAULT, and the VMM has nothing to do but to go on.
 */
static bool is_stale_fault(const struct vm_exit *exit)
{
	return exit->ret == -EFAULT && exit->reason == KVM_EXIT_MEMORY_FAULT &&
	       exit->memory_fault.gpa - TEST_GPA < NR_PAGES * PAGE_SIZE &&
	       exit->memory_fault.size == PAGE_SIZE &&
	       !(exit->memory_fault.flags & ~KVM_MEMORY_EXIT_FLAG_PRIVATE);
}

static void *run_vcpu(void *arg)
{
	struct storm_thread *t = arg;

	for (;;) {
		t->exit = vcpu_run(t->vcpu);
		if (!is_stale_fault(&t->exit))
			return NULL;
		t->nr_faults++;
	}
}

static void announce(FIXTURE_DATA(storm) *self, u64 page, u64 nr_pages, u64 set, u64 clear)
{
	u64 state;

	for (; nr_pages; nr_pages--, page++) {
		state = guest_storm_of(self)->state[page] + STATE_STEP;
		WRITE_ONCE(guest_storm_of(self)->state[page], (state & ~clear) | set);
	}
}

static void convert(FIXTURE_DATA(storm) *self, struct rng *rng)
{
	const u64 page = rng_below(rng, NR_PAGES);
	const u64 nr = rng_range(rng, 1, NR_PAGES - page);

	announce(self, page, nr, STATE_CHANGING, 0);
	if (rng_chance(rng, 1, 2)) {
		checked_mem_set_private(self->m, page, nr);
		announce(self, page, nr, STATE_PRIVATE, STATE_CHANGING);
	} else {
		checked_mem_set_shared(self->m, page, nr);
		announce(self, page, nr, 0, STATE_CHANGING | STATE_PRIVATE);
	}
}

static bool enough_judged(FIXTURE_DATA(storm) *self, int nr_vcpus)
{
	int i;

	for (i = 0; i < nr_vcpus; i++)
		if (READ_ONCE(guest_storm_of(self)->of[i].judged) < MIN_JUDGED)
			return false;
	return true;
}

/* The shared side as the host sees it; the private side after a last conversion. */
static const char *final_complaint(FIXTURE_DATA(storm) *self, int nr_vcpus, enum page_side side,
				   u64 base)
{
	static char text[128];
	u64 page, found;
	int i;

	for (i = 0; i < nr_vcpus; i++) {
		for (page = 0; page < NR_PAGES; page++) {
			found = side == PAGE_SHARED ? *word_of(base, page, i) :
				vcpu_call_done(self->vm->vcpus[i], guest_read_u64,
					       (unsigned long)word_of(TEST_GPA, page, i));
			if (legal(guest_storm_of(self), i, page, side, found))
				continue;
			snprintf(text, sizeof(text),
				 "vCPU %d, page %llu, %s side: found %#llx, last written %#llx", i,
				 page, page_side_name(side), found,
				 guest_storm_of(self)->of[i].certain[page][side]);
			return text;
		}
	}
	return NULL;
}

/*
 * ATTR-9: while pages are converted under running vCPUs, no read gives anything but
 * what the side in force at some moment of the read holds, no write reaches another
 * side than that, and none is lost. Red: mutants attr-no-zap, attr-zap-fewer.
 * A fault that maps what was right before a conversion is not among what it finds: that
 * takes a conversion within some microseconds; fault_race_test holds a fault there.
 */
TEST_F(storm, accesses_reach_the_side_that_is_in_force)
{
	struct storm_thread threads[MAX_VCPUS] = {};
	struct rng rng;
	u64 nr = 0;
	int i;

	rng_init(&rng, rng_seed(), MAX_VCPUS);
	for (i = 0; i < variant->nr_vcpus; i++) {
		guest_storm_of(self)->of[i].seed = rng_seed();
		threads[i].vcpu = self->vm->vcpus[i];
		vcpu_call(threads[i].vcpu, guest_storm, i);
		ASSERT_EQ(0, pthread_create(&threads[i].thread, NULL, run_vcpu, &threads[i]));
	}
	while (nr < MIN_CONVERSIONS || !enough_judged(self, variant->nr_vcpus)) {
		convert(self, &rng);
		if (++nr == MAX_CONVERSIONS)
			break;
	}
	WRITE_ONCE(guest_storm_of(self)->stop, 1);
	for (i = 0; i < variant->nr_vcpus; i++) {
		thread_join(threads[i].thread, "a vCPU in the storm");
		EXPECT_GUEST_DONE(threads[i].exit);
		EXPECT_GE(guest_storm_of(self)->of[i].judged, MIN_JUDGED);
		TH_LOG("vCPU %d: %llu accesses judged, %llu stale faults, %llu conversions", i,
		       guest_storm_of(self)->of[i].judged, threads[i].nr_faults, nr);
	}
	__EXPECT_NO_COMPLAINT(final_complaint(self, variant->nr_vcpus, PAGE_SHARED,
					      (unsigned long)self->m->hva), 0);
	checked_mem_set_private(self->m, 0, NR_PAGES);
	__EXPECT_NO_COMPLAINT(final_complaint(self, variant->nr_vcpus, PAGE_PRIVATE, 0), 0);
}

GMEM_TEST_MAIN
