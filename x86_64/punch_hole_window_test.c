// SPDX-License-Identifier: GPL-2.0
/*
 * The moment in which a hole is half punched: the mappings are gone, the pages are
 * not yet. A fault must wait until they are, for what it maps before is freed next.
 * virt/kvm/guest_memfd.c, kvm_gmem_punch_hole().
 *
 * Not on a user's machine: where a kernel does not wait, the guest has a page that
 * is somebody else's by then.
 */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "backing.h"
#include "disposable.h"
#include "gmem.h"
#include "guest_image.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "stats.h"
#include "vcpu.h"
#include "vcpu_thread.h"
#include "vm.h"

/* Freeing that many pages, the last one last, takes much longer than a fault. */
#define SIZE		(16 * SZ_1M)
#define RECYCLED	SZ_1M
#define LAST_GPA	(TEST_GPA + SIZE - PAGE_SIZE)
#define OLD_WORD	0x7777777777777777ULL
/* The vCPU may have had no CPU just when it mattered. */
#define MIN_HOLES	2
#define MAX_HOLES	50

FIXTURE(punch_window)
{
	struct vm *vm;
	struct vcpu *vcpu;
	int fd, stats_fd;
	struct vcpu_thread thread;
};

/* The guest's own; the host gets at them by guest_var(). */
static u64 stop, must_fill, last_seen, nr_reads;
/* What must not be read any more, or 0; and how often it was. */
static u64 is_gone, nr_stale;

/* Reads a word, over and over; fills it when the host says so. */
static void guest_watch_word(u64 gpa)
{
	u64 *word = (u64 *)(unsigned long)gpa, not_this, found;

	while (!READ_ONCE(stop)) {
		if (READ_ONCE(must_fill)) {
			WRITE_ONCE(*word, OLD_WORD);
			WRITE_ONCE(must_fill, 0);
		}
		not_this = READ_ONCE(is_gone);
		found = READ_ONCE(*word);
		if (not_this && found == not_this)
			WRITE_ONCE(nr_stale, nr_stale + 1);
		WRITE_ONCE(last_seen, found);
		WRITE_ONCE(nr_reads, nr_reads + 1);
	}
}

FIXTURE_SETUP(punch_window)
{
	self->fd = self->stats_fd = -1;
	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->fd = gmem_create(self->vm, SIZE, 0);
	memslot_add_gmem(self->vm, TEST_GPA, SIZE, self->fd, 0);
	mem_attrs_set_private(self->vm, TEST_GPA, SIZE);
	self->stats_fd = ioctl(self->vcpu->fd, KVM_GET_STATS_FD, NULL);
	ASSERT_LE(0, self->stats_fd);
	vcpu_call(self->vcpu, guest_watch_word, LAST_GPA);
	vcpu_thread_start(&self->thread, self->vcpu);
}

FIXTURE_TEARDOWN(punch_window)
{
	if (self->stats_fd >= 0)
		close(self->stats_fd);
	if (self->fd >= 0)
		close(self->fd);
	vm_free(self->vm);
}

/* What a read saw that began after now. */
static u64 next_word(const struct vcpu_thread *t)
{
	vcpu_thread_wait_progress(t, &nr_reads, 2);
	return READ_ONCE(*(u64 *)guest_var(t->vcpu->vm, &last_seen));
}

/* Of a vCPU that runs, which KVM_GET_STATS_FD would wait for. */
static u64 faults_taken(int stats_fd)
{
	return kvm_stats_file_get(stats_fd, "pf_taken");
}

/* Put something foreign into the pages that were freed last. */
static void recycle_pages(void)
{
	void *p = backing_map(BACKING_ANON, RECYCLED);

	memset(p, 0xee, RECYCLED);
	backing_unmap(BACKING_ANON, p, RECYCLED);
}

/*
 * FALLOC-4, FALLOC-5: a vCPU that faults while a hole is punched gets none of the pages that
 * are being freed; it faults again until that is over, and then the page is a new one.
 * Needs: alone. Red: mutants punch-end-before-truncate, punch-not-held.
 */
TEST_F(punch_window, fault_in_the_midst_of_a_hole_gets_a_new_page)
{
	u64 *must_fill_word = guest_var(self->vm, &must_fill), nr_faults = 0, word = 0;
	u64 nr = 0;

	while (!word && (nr < MIN_HOLES || nr_faults <= nr) && nr < MAX_HOLES) {
		nr++;
		gmem_allocate(self->fd, 0, SIZE);
		WRITE_ONCE(*must_fill_word, 1);
		EXPECT_EQ(OLD_WORD, next_word(&self->thread));
		nr_faults -= faults_taken(self->stats_fd);
		gmem_punch_hole(self->fd, 0, SIZE);
		/* What was freed may become a page of zeros: look before that, too. */
		word = next_word(&self->thread);
		recycle_pages();
		word |= next_word(&self->thread);
		nr_faults += faults_taken(self->stats_fd);
	}
	EXPECT_EQ(0, word);
	/* One fault maps the new page. Those before it came when there was none to be had. */
	EXPECT_LT(nr, nr_faults);
	WRITE_ONCE(*guest_var(self->vm, &stop), 1);
	EXPECT_GUEST_DONE(vcpu_thread_join(&self->thread));
}

#define NR_SHORT_HOLES	50

/*
 * FALLOC-5: a vCPU that stays in the guest while a hole is punched has to forget the page
 * before the call returns. One page, so that no interrupt takes it out of the guest
 * meanwhile. Needs: alone. Red: mutant file-punch-no-flush.
 */
TEST_F(punch_window, vcpu_in_the_guest_forgets_the_page)
{
	u64 *must_fill_word = guest_var(self->vm, &must_fill);
	u64 *is_gone_word = guest_var(self->vm, &is_gone);
	int i;

	for (i = 0; i < NR_SHORT_HOLES; i++) {
		WRITE_ONCE(*is_gone_word, 0);
		WRITE_ONCE(*must_fill_word, 1);
		EXPECT_EQ(OLD_WORD, next_word(&self->thread));
		gmem_punch_hole(self->fd, SIZE - PAGE_SIZE, PAGE_SIZE);
		WRITE_ONCE(*is_gone_word, OLD_WORD);
		EXPECT_EQ(0, next_word(&self->thread));
	}
	EXPECT_EQ(0, READ_ONCE(*guest_var(self->vm, &nr_stale)));
	WRITE_ONCE(*guest_var(self->vm, &stop), 1);
	EXPECT_GUEST_DONE(vcpu_thread_join(&self->thread));
}

GMEM_TEST_MAIN
