// SPDX-License-Identifier: GPL-2.0
/* guest_memfd and the memory cgroup of whoever allocates. */
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "disposable.h"
#include "harness.h"
#include "gmem_fixture.h"
#include "guest_mem.h"
#include "memcg.h"
#include "memslot.h"
#include "vcpu.h"

#define SIZE		(14 * SZ_1M)
#define NR_PAGES	(SIZE / PAGE_SIZE)
#define LIMIT		(12 * SZ_1M)	/* half of it the process takes, with its memory locked */
#define CHARGED_SIZE	(8 * SZ_1M)	/* half of it is far beyond MEMCG_SLACK */
#define NR_FILES	4096		/* an empty one takes about 1 KB */

/* One word in each page: what it says is its own gpa. */
static void guest_mark_pages(u64 gpa, u64 nr_pages)
{
	for (; nr_pages; nr_pages--, gpa += PAGE_SIZE)
		guest_write_u64(gpa, gpa);
}

static void guest_check_marks(u64 gpa, u64 nr_pages)
{
	for (; nr_pages; nr_pages--, gpa += PAGE_SIZE)
		GUEST_ASSERT_EQ(gpa, guest_read_u64(gpa));
}

FIXTURE(gmem_memcg) {
	struct vm *vm;
	struct vcpu *vcpu;
	int fd;
	char *p;
	struct memcg cg;
};

FIXTURE_SETUP(gmem_memcg)
{
	const u64 flags = GUEST_MEMFD_FLAG_MMAP | GUEST_MEMFD_FLAG_INIT_SHARED;

	REQUIRE(kvm_cap(KVM_CAP_GUEST_MEMFD), "no guest_memfd");
	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(memcg_available(), "no memory cgroup that this process may make");
	self->vm = vm_create(VM_TYPE_DEFAULT);
	REQUIRE(!(flags & ~gmem_supported_flags(self->vm)),
		"no guest_memfd with these flags (before 6.18)");
	self->vcpu = vcpu_create(self->vm);
	self->fd = gmem_create(self->vm, SIZE, flags);
	self->p = gmem_mmap(self->fd, 0, SIZE);
	memslot_add_hva(self->vm, TEST_GPA, SIZE, self->p, self->fd, 0);
	memcg_create(&self->cg);
	memcg_enter(&self->cg);
}

FIXTURE_TEARDOWN(gmem_memcg)
{
	close(self->fd);
	vm_free(self->vm);
	if (self->p)
		munmap(self->p, SIZE);
	memcg_leave(&self->cg);
	memcg_delete(&self->cg);
}

static void allocate(struct vcpu *vcpu, int fd, char *p)
{
	(void)vcpu;
	(void)p;
	gmem_allocate(fd, 0, CHARGED_SIZE);
}

static void touch_from_host(struct vcpu *vcpu, int fd, char *p)
{
	u64 at;

	(void)vcpu;
	(void)fd;
	for (at = 0; at < CHARGED_SIZE; at += PAGE_SIZE)
		WRITE_ONCE(p[at], 1);
}

static void touch_from_guest(struct vcpu *vcpu, int fd, char *p)
{
	(void)fd;
	(void)p;
	vcpu_call_done(vcpu, guest_touch_pages, TEST_GPA, CHARGED_SIZE / PAGE_SIZE);
}

/*
 * CREATE-10: each way to allocate charges the caller, each page once; a hole gives
 * back. Red: mutant file-uncharged.
 */
TEST_F(gmem_memcg, allocation_is_charged_and_a_hole_uncharges)
{
	static void (*const ways[])(struct vcpu *vcpu, int fd, char *p) = {
		allocate, touch_from_host, touch_from_guest,
	};
	unsigned int i, j;

	EXPECT_CHARGED(&self->cg, 0);
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		/* Whoever comes second finds the page paid for. */
		for (j = 0; j < ARRAY_SIZE(ways); j++) {
			ways[(i + j) % ARRAY_SIZE(ways)](self->vcpu, self->fd, self->p);
			EXPECT_CHARGED(&self->cg, CHARGED_SIZE);
		}
		gmem_punch_hole(self->fd, 0, CHARGED_SIZE / 2);
		EXPECT_CHARGED(&self->cg, CHARGED_SIZE / 2);
		gmem_punch_hole(self->fd, CHARGED_SIZE / 2, CHARGED_SIZE / 2);
		EXPECT_CHARGED(&self->cg, 0);
	}
}

/*
 * CREATE-10: memory is what limits: ENOMEM, the pages until then stay, more can
 * follow. Red: mutant file-uncharged.
 */
TEST_F(gmem_memcg, allocation_beyond_the_limit_fails_with_enomem)
{
	u64 nr_pages;
	int ret;

	munmap(self->p, SIZE);
	self->p = NULL;
	REQUIRE(memcg_prepare_for_limit(), "may not set oom_score_adj and lock memory");
	memcg_set_max(&self->cg, LIMIT);
	ret = __gmem_allocate(self->fd, 0, SIZE);
	memcg_leave(&self->cg);
	ASSERT_ERRNO(ENOMEM, ret);
	nr_pages = gmem_count_pages(self->fd, 0, SIZE);
	EXPECT_LT(0, nr_pages);
	EXPECT_GE(LIMIT / PAGE_SIZE, nr_pages);
	EXPECT_EQ(nr_pages, gmem_count_pages(self->fd, 0, nr_pages * PAGE_SIZE));

	/* Without the limit the rest can be had, with it what a hole gave back. */
	EXPECT_OK(__gmem_allocate(self->fd, 0, SIZE));
	EXPECT_EQ(NR_PAGES, gmem_count_pages(self->fd, 0, SIZE));
	gmem_punch_hole(self->fd, 0, SIZE);
	memcg_enter(&self->cg);
	ret = __gmem_allocate(self->fd, SIZE - LIMIT / 4, LIMIT / 4);
	memcg_leave(&self->cg);
	EXPECT_OK(ret);
}

/*
 * CREATE-10: a vCPU that needs a page beyond the limit leaves with ENOMEM and
 * says for which; it goes on from there when there is memory again. api.rst
 * promises the exit's fields for EFAULT and EHWPOISON only; ENOMEM has them too.
 * Red: mutant file-enomem-no-exit.
 */
TEST_F(gmem_memcg, vcpu_at_the_limit_leaves_with_enomem)
{
	struct vm_exit exit;
	u64 nr_pages;

	/* KVM's page tables remain: what then is missing is a page of the file. */
	vcpu_call_done(self->vcpu, guest_touch_pages, TEST_GPA, NR_PAGES);
	gmem_punch_hole(self->fd, 0, SIZE);
	munmap(self->p, SIZE);
	self->p = NULL;
	REQUIRE(memcg_prepare_for_limit(), "may not set oom_score_adj and lock memory");
	memcg_set_max(&self->cg, LIMIT);
	vcpu_call(self->vcpu, guest_mark_pages, TEST_GPA, NR_PAGES);
	exit = vcpu_run(self->vcpu);
	memcg_leave(&self->cg);

	nr_pages = gmem_count_pages(self->fd, 0, SIZE);
	EXPECT_LT(0, nr_pages);
	EXPECT_GT(NR_PAGES, nr_pages);
	EXPECT_EQ(nr_pages, gmem_count_pages(self->fd, 0, nr_pages * PAGE_SIZE));
	EXPECT_STREQ("", expect_memory_fault(exit, ENOMEM, TEST_GPA + nr_pages * PAGE_SIZE,
					     PAGE_SIZE, 0) ?: "");
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	vcpu_call(self->vcpu, guest_check_marks, TEST_GPA, NR_PAGES);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

static int make_gmem(struct vm *vm)
{
	return __gmem_create(vm, PAGE_SIZE, 0);
}

static int make_memfd(struct vm *vm)
{
	int fd = memfd_create("", 0);

	(void)vm;
	return fd < 0 ? -errno : fd;
}

/* What the group is charged for NR_FILES empty files of a kind. */
static u64 charge_for_files(struct memcg *cg, int (*make)(struct vm *vm), struct vm *vm,
			    int fds[NR_FILES])
{
	u64 before = memcg_usage(cg);
	unsigned int i;

	for (i = 0; i < NR_FILES; i++)
		fds[i] = MUST(make(vm));
	return memcg_usage(cg) - before;
}

/*
 * CREATE-10: a file without a page is charged too, as a memfd is: for what is behind the
 * descriptor, the name and the inode. The inode is more than half of these.
 * Red: mutant file-inode-uncharged.
 */
TEST_F(gmem_memcg, files_are_charged_and_given_back)
{
	const struct rlimit limit = { 3 * NR_FILES, 3 * NR_FILES };
	static int fds[2][NR_FILES];
	u64 charge, usual;
	unsigned int i;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	usual = charge_for_files(&self->cg, make_memfd, self->vm, fds[0]);
	charge = charge_for_files(&self->cg, make_gmem, self->vm, fds[1]);
	EXPECT_LE(usual * 2 / 3, charge);
	for (i = 0; i < NR_FILES; i++) {
		close(fds[0][i]);
		close(fds[1][i]);
	}
	EXPECT_SETTLES_AT(&self->cg, 0);
}

GMEM_TEST_MAIN
