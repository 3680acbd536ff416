// SPDX-License-Identifier: GPL-2.0
/*
 * Many devices do DMA to memory that a guest converts all the time.
 *
 * The area that is converted is followed by a private and a shared page for each device
 * which stay so, and a shared page that nobody else uses, its mailbox: the way to fill
 * and to look at the buffer that the device has. Each page of the area is one device's.
 *
 * Whether a page was private when the device came to it is known if no conversion of it
 * began or ended from the transfer's start until the result has been looked at: each
 * page has a counter that is odd during conversions. Other transfers *raced*: each part of
 * them may have either result, but no third one. QEMU takes a transfer that faults through
 * the IOMMU in parts of 4 bytes, and once the page is mapped the rest gets through.
 */
#include <stdlib.h>

#include "guest_mem.h"
#include "harness.h"
#include "long_run.h"
#include "page_pattern.h"
#include "vcpu_thread.h"
#include "vm.h"
#include "vmm/edu.h"
#include "vmm/guest_convert.h"
#include "vmm/ioas_listener.h"
#include "vmm/vmm.h"

#define NR_AREA		512
#define NR_EDUS		64
#define PRIVATE_PAGE	NR_AREA
#define SHARED_PAGE	(PRIVATE_PAGE + NR_EDUS)
#define MAILBOX		(SHARED_PAGE + NR_EDUS)
#define NR_PAGES	(MAILBOX + NR_EDUS)

#define HALF		EDU_MAX_TRANSFER
#define NR_WORDS	(HALF / sizeof(u64))

/* Of all variants together: 10240 transfers under 1000 conversions. */
/* For each of the four patterns; a run that is not long makes a part of it. */
#define MIN_TRANSFERS	2560
#define BRIEF_PART	8

/* What one device does in one round. */
struct transfer {
	u64 page;
	u64 offset;		/* in the page */
	u64 gen;		/* of what is written */
	bool to_ram;
	bool private;		/* before, if it is known */
	u32 seq;		/* before */
};

enum { KNOWN_SHARED, KNOWN_PRIVATE, RACED, NR_OUTCOMES };

struct storm {
	struct vmm vmm;		/* first: its callbacks find the rest */
	struct vcpu *vcpu;
	struct ram_block *block;
	struct ioas ioas;
	struct ioas_listener listener;
	struct edu edus[NR_EDUS];
	int nr_edus;
	u32 seq[NR_PAGES];
	bool private[NR_PAGES];
	struct transfer transfers[NR_EDUS];
	struct rng rng;
	pthread_t thread;
	u64 pattern;
	bool stop;
	struct vm_exit exit;	/* of the vCPU's last run */
	u64 nr[NR_OUTCOMES];
	u64 nr_transfers;
	char why[200];		/* the first wrong byte */
};

FIXTURE(edu_storm) {
	struct storm *s;
};

FIXTURE_VARIANT(edu_storm) {
	enum guest_pattern pattern;
	u64 min_conversions;
};

FIXTURE_VARIANT_ADD(edu_storm, odd_pages) { GUEST_ODD_PAGES, 300 };
FIXTURE_VARIANT_ADD(edu_storm, runs) { GUEST_RUNS, 300 };
FIXTURE_VARIANT_ADD(edu_storm, whole_2m) { GUEST_WHOLE, 100 };
FIXTURE_VARIANT_ADD(edu_storm, back_and_forth) { GUEST_BACK_AND_FORTH, 300 };

static u64 gpa_of(u64 page)
{
	return TEST_GPA + page * PAGE_SIZE;
}

static void count_pages(struct vmm *vmm, u64 gpa, u64 size)
{
	struct storm *s = (struct storm *)vmm;
	u64 page = (gpa - TEST_GPA) / PAGE_SIZE, end = page + size / PAGE_SIZE;

	for (; page < end; page++)
		__atomic_fetch_add(&s->seq[page], 1, __ATOMIC_SEQ_CST);
}

static void before_conversion(struct vmm *vmm, u64 gpa, u64 size, bool private)
{
	(void)private;
	count_pages(vmm, gpa, size);
}

static void after_conversion(struct vmm *vmm, u64 gpa, u64 size, bool private)
{
	struct storm *s = (struct storm *)vmm;
	u64 page = (gpa - TEST_GPA) / PAGE_SIZE, end = page + size / PAGE_SIZE;

	for (; page < end; page++)
		WRITE_ONCE(s->private[page], private);
	count_pages(vmm, gpa, size);
}

static u32 read_seq(struct storm *s, u64 page)
{
	return __atomic_load_n(&s->seq[page], __ATOMIC_SEQ_CST);
}

FIXTURE_SETUP(edu_storm)
{
	struct storm *s = self->s = calloc(1, sizeof(*s));
	struct vm *vm;

	REQUIRE_NR_EDUS(edu_count() == NR_EDUS);
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	vm = vm_create(vm_private_type());
	s->vcpu = vcpu_create(vm);
	vmm_init(&s->vmm, vm);
	s->vmm.before = before_conversion;
	s->vmm.after = after_conversion;
	s->pattern = variant->pattern;
	rng_init(&s->rng, rng_seed(), variant->pattern);
	s->block = ram_block_create(vm, "ram", TEST_GPA, NR_PAGES * PAGE_SIZE, BACKING_ANON, 0);
	vmm_add_block(&s->vmm, s->block);
	ioas_open(&s->ioas);
	for (s->nr_edus = 0; s->nr_edus < NR_EDUS; s->nr_edus++)
		edu_open(&s->edus[s->nr_edus], s->nr_edus, &s->ioas);
	ioas_listener_add(&s->listener, s->block, 0, s->block->size, &s->ioas, IOAS_PAGEWISE);
}

FIXTURE_TEARDOWN(edu_storm)
{
	struct storm *s = self->s;

	while (s->nr_edus)
		edu_close(&s->edus[--s->nr_edus]);
	ioas_listener_remove(&s->listener);
	ioas_close(&s->ioas);
	vm_free(s->vmm.vm);
	ram_block_free(s->block);
	free(s);
}

/* The guest: round after round until it is to stop. */
static void *convert_in_rounds(void *arg)
{
	struct storm *s = arg;

	do {
		vcpu_call(s->vcpu, guest_convert_in_pattern, s->pattern, TEST_GPA, NR_AREA, 1);
		s->exit = vmm_run(&s->vmm, s->vcpu);
	} while (vm_exit_is_done(&s->exit) && !READ_ONCE(s->stop));
	return NULL;
}

static u64 *half_of(struct storm *s, u64 page, u64 offset)
{
	return (u64 *)(s->block->hva + page * PAGE_SIZE + offset);
}

static u64 pattern_word(const struct transfer *t, u64 gen, u64 i)
{
	return page_pattern_word(PAGE_SHARED, gpa_of(t->page) / PAGE_SIZE, gen,
				 t->offset / sizeof(u64) + i);
}

/* Any of its own pages, and often one that stays as it is. */
static void choose_transfer(struct storm *s, int edu)
{
	struct transfer *t = &s->transfers[edu];
	u64 where = rng_below(&s->rng, 8);

	t->page = rng_below(&s->rng, NR_AREA / NR_EDUS) * NR_EDUS + edu;
	if (where == 0)
		t->page = PRIVATE_PAGE + edu;
	else if (where == 1)
		t->page = SHARED_PAGE + edu;
	t->offset = rng_below(&s->rng, 2) * HALF;
	t->to_ram = rng_chance(&s->rng, 1, 2);
	t->gen = 1 + rng_below(&s->rng, PATTERN_GEN_MASK);
}

/* Around the transfer that counts. */
static void note_state(struct storm *s, struct transfer *t)
{
	t->seq = read_seq(s, t->page);
	t->private = READ_ONCE(s->private[t->page]);
}

static void complain(struct storm *s, const struct transfer *t, int outcome, u64 i,
		     const u64 *found)
{
	static const char *const names[] = { "shared", "private", "changing" };

	if (s->why[0])
		return;
	snprintf(s->why, sizeof(s->why),
		 "page %llu, %s, device %s gen %llu: word %llu is %#llx after %#llx, before %#llx",
		 t->page, names[outcome], t->to_ram ? "wrote" : "read", t->gen,
		 t->offset / sizeof(u64) + i, found[i], i ? found[i - 1] : 0,
		 i + 1 < NR_WORDS ? found[i + 1] : 0);
}

/*
 * Words that the device wrote, or read and put into its mailbox: @want if the page was
 * shared, else 0. In a race: what a device may have put into this page, in parts.
 */
static void check_words(struct storm *s, const struct transfer *t, const u64 *words,
			const u64 *want)
{
	u64 found[NR_WORDS], i;
	int outcome = RACED;

	for (i = 0; i < NR_WORDS; i++)
		found[i] = READ_ONCE(words[i]);
	if (!(t->seq & 1) && read_seq(s, t->page) == t->seq)
		outcome = t->private ? KNOWN_PRIVATE : KNOWN_SHARED;
	s->nr[outcome]++;
	for (i = 0; i < NR_WORDS; i++) {
		bool ok = page_word_is_partial(found[i], pattern_word(t, 0, i));

		if (outcome == KNOWN_SHARED)
			ok = found[i] == want[i];
		else if (outcome == KNOWN_PRIVATE)
			ok = !found[i];
		if (!ok)
			complain(s, t, outcome, i, found);
	}
}

static void wait_all(struct storm *s)
{
	int i;

	for (i = 0; i < NR_EDUS; i++)
		edu_wait(&s->edus[i]);
	s->nr_transfers += NR_EDUS;
}

/* Mailbox to device, or page to device. */
static void fill_buffers(struct storm *s)
{
	u64 i, w;

	for (i = 0; i < NR_EDUS; i++) {
		struct transfer *t = &s->transfers[i];

		choose_transfer(s, i);
		for (w = 0; w < NR_WORDS; w++)
			half_of(s, MAILBOX + i, 0)[w] = t->to_ram ? pattern_word(t, t->gen, w) :
								   ~0ULL;
		note_state(s, t);
		edu_start_read(&s->edus[i], t->to_ram ? gpa_of(MAILBOX + i) :
			       gpa_of(t->page) + t->offset, HALF);
	}
}

/* Device to page, or device to mailbox. */
static void empty_buffers(struct storm *s)
{
	int i;

	for (i = 0; i < NR_EDUS; i++) {
		struct transfer *t = &s->transfers[i];

		if (t->to_ram)
			note_state(s, t);
		edu_start_write(&s->edus[i], t->to_ram ? gpa_of(t->page) + t->offset :
				gpa_of(MAILBOX + i), HALF);
	}
}

static void check_round(struct storm *s)
{
	int i;

	for (i = 0; i < NR_EDUS; i++) {
		struct transfer *t = &s->transfers[i];
		u64 *in_page = half_of(s, t->page, t->offset);
		u64 *in_mailbox = half_of(s, MAILBOX + i, 0);

		if (t->to_ram)
			check_words(s, t, in_page, in_mailbox);
		else
			check_words(s, t, in_mailbox, in_page);
	}
}

static void run_storm(struct storm *s, u64 nr_conversions)
{
	const u64 min_transfers = long_run(MIN_TRANSFERS, MIN_TRANSFERS / BRIEF_PART);
	const u64 min_conversions = long_run(nr_conversions, nr_conversions / BRIEF_PART);

	while (!s->why[0] && (s->nr_transfers < min_transfers ||
			      READ_ONCE(s->vmm.nr_hypercalls) < min_conversions)) {
		fill_buffers(s);
		wait_all(s);
		empty_buffers(s);
		wait_all(s);
		check_round(s);
	}
}

/*
 * DMA-1, DMA-5: under a storm of conversions every transfer to or from a page that is
 * shared moves exactly its bytes, every one that is private is stopped and shows or
 * changes nothing, and those in between do the one or the other. What the guest has in
 * private pages is what it put there; in what comes back there is nothing private.
 * Red: library's mutants unmap-omitted, wrong-hva.
 * Needs: vm=edu, alone.
 */
TEST_F(edu_storm, no_wrong_byte_moves)
{
	struct storm *s = self->s;
	u64 faults = iommu_fault_count(), page;

	for (page = PRIVATE_PAGE; page < SHARED_PAGE; page++)
		s->private[page] = true;
	ram_block_convert(s->block, gpa_of(PRIVATE_PAGE), NR_EDUS * PAGE_SIZE, true);
	vcpu_call_done(s->vcpu, guest_fill_pages, gpa_of(PRIVATE_PAGE), NR_EDUS, PAGE_PRIVATE, 1);

	ASSERT_EQ(0, pthread_create(&s->thread, NULL, convert_in_rounds, s));
	run_storm(s, variant->min_conversions);
	WRITE_ONCE(s->stop, true);
	thread_join(s->thread, "the guest");

	EXPECT_STREQ("", s->why);
	ASSERT_GUEST_DONE(s->exit);
	vcpu_call_done(s->vcpu, guest_check_pages, gpa_of(PRIVATE_PAGE), NR_EDUS, PAGE_PRIVATE, 1);
	faults = iommu_fault_count() - faults;
	TH_LOG("%llu transfers under %llu conversions: %llu to shared pages, %llu to private, "
	       "%llu raced; %llu fault interrupts", s->nr_transfers, s->vmm.nr_hypercalls,
	       s->nr[KNOWN_SHARED], s->nr[KNOWN_PRIVATE], s->nr[RACED], faults);
	EXPECT_NE(0, s->nr[KNOWN_SHARED]);
	EXPECT_NE(0, s->nr[KNOWN_PRIVATE]);
	EXPECT_NE(0, faults);
}

GMEM_TEST_MAIN
