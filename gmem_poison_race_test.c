// SPDX-License-Identifier: GPL-2.0
/*
 * A memory error in a page of a guest_memfd while a hole is punched there.
 * virt/kvm/guest_memfd.c, kvm_gmem_error_folio() and kvm_gmem_punch_hole().
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disposable.h"
#include "gmem.h"
#include "harness.h"
#include "vm.h"

#define NR_PAGES	16
#define SIZE		(NR_PAGES * PAGE_SIZE)
#define NR_TRIES	128	/* the bug was there after 3 errors */
#define STANDSTILL_MS	3000
#define END_MS		1000	/* for a process that was killed */
#define FLAGS		(GUEST_MEMFD_FLAG_MMAP | GUEST_MEMFD_FLAG_INIT_SHARED)
#define UNPOISON_PFN	"/sys/kernel/debug/hwpoison/unpoison-pfn"
#define PAGE_FLAGS	"/proc/kpageflags"
#define KPF_HWPOISON	BIT_ULL(19)
#define MAX_BAD		512

/* How far each of the two is, for the process that watches them. */
static volatile struct {
	u64 punched;
	u64 tried;
	u64 poisoned;		/* of those tried: with success */
} *progress;

/* What to take back, and from whom. */
static struct {
	u64 bad_before[MAX_BAD];	/* not ours */
	int nr_bad_before;
	int fd;
	pid_t pid;			/* 0: none, or it has ended */
} undo = { .fd = -1 };

/*
 * The numbers of the machine's bad pages: how many, or -errno. /proc/pid/pagemap does not
 * tell: the page that madvise() looked up may have come after a hole, and gone with the
 * next. Only system calls.
 */
static int find_bad_pages(u64 *pfns, int max)
{
	static u64 flags[4096];
	int fd = open(PAGE_FLAGS, O_RDONLY | O_CLOEXEC), nr = 0;
	ssize_t n, i;
	u64 pfn = 0;

	if (fd < 0)
		return -errno;
	while ((n = read(fd, flags, sizeof(flags))) > 0) {
		n /= sizeof(*flags);
		for (i = 0; i < n; i++)
			if (flags[i] & KPF_HWPOISON && nr < max)
				pfns[nr++] = pfn + i;
		pfn += n;
	}
	n = n < 0 ? -errno : nr;
	close(fd);
	return n;
}

static bool was_bad_before(u64 pfn)
{
	int i;

	for (i = 0; i < undo.nr_bad_before; i++)
		if (undo.bad_before[i] == pfn)
			return true;
	return false;
}

/* Take back our memory errors, in pages that are nobody's any more: how many were none. */
static int unpoison_all(int *nr_unpoisoned)
{
	static u64 bad[2 * MAX_BAD];
	int nr = find_bad_pages(bad, ARRAY_SIZE(bad)), fd, i, failed = 0;

	*nr_unpoisoned = 0;
	fd = open(UNPOISON_PFN, O_WRONLY | O_CLOEXEC);
	for (i = 0; i < nr; i++) {
		if (was_bad_before(bad[i]))
			continue;
		if (dprintf(fd, "%#llx\n", bad[i]) < 0)
			failed++;
		else
			(*nr_unpoisoned)++;
	}
	if (fd >= 0)
		close(fd);
	return nr < 0 ? nr : failed;
}

static bool ends_soon(pid_t pid)
{
	int waited;

	kill(pid, SIGKILL);
	for (waited = 0; waited < END_MS; waited += 10) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return true;
		poll(NULL, 0, 10);
	}
	return false;
}

/*
 * For a case that ends early. After a standstill nothing can be taken back: the process
 * cannot be killed, its pages stay its own, and unpoisoning would wait as well.
 */
static void undo_all(void *arg)
{
	int nr;

	(void)arg;
	if (undo.pid > 0 && !ends_soon(undo.pid))
		return;
	fallocate(undo.fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 0, SIZE);
	unpoison_all(&nr);
}

static void on_sigbus(int sig)
{
	(void)sig;
}

static void *punch(void *arg)
{
	int fd = *(int *)arg;

	while (progress->tried < NR_TRIES) {
		__gmem_punch_hole(fd, 0, SIZE);
		progress->punched++;
	}
	return NULL;
}

/* EBUSY is of a page that is bad and that its file keeps, see hwpoison_test. */
static bool is_poisoned(int ret)
{
	return !ret || errno == EBUSY;
}

static void *poison(void *arg)
{
	int fd = *(int *)arg;
	char *p;
	u64 i;

	while (progress->tried < NR_TRIES) {
		p = gmem_mmap(fd, 0, SIZE);
		for (i = 0; i < NR_PAGES; i++) {
			/* A bad page that no hole has taken yet is not good for another error. */
			if (!madvise(p + i * PAGE_SIZE, PAGE_SIZE, MADV_POPULATE_WRITE) &&
			    is_poisoned(madvise(p + i * PAGE_SIZE, PAGE_SIZE, MADV_HWPOISON)))
				progress->poisoned++;
			progress->tried++;
		}
		munmap(p, SIZE);
	}
	return NULL;
}

/* In a process of its own, that may stay behind for ever. */
static void __attribute__((noreturn)) race(int fd)
{
	pthread_t punching, poisoning;

	signal(SIGBUS, on_sigbus);
	/* Whoever reads this program's output would wait for what stays behind. */
	if (close_range(0, fd - 1, 0) || close_range(fd + 1, ~0U, 0))
		_exit(2);
	if (pthread_create(&punching, NULL, punch, &fd) ||
	    pthread_create(&poisoning, NULL, poison, &fd))
		_exit(2);
	pthread_join(poisoning, NULL);
	pthread_join(punching, NULL);
	_exit(0);
}

/* Until @pid ends, or neither of its threads has got any further for long. */
static bool ends_by_itself(pid_t pid, int *status)
{
	u64 punched, tried;
	int waited = 0;

	do {
		punched = progress->punched;
		tried = progress->tried;
		for (waited = 0; waited < STANDSTILL_MS; waited += 10) {
			if (waitpid(pid, status, WNOHANG) == pid)
				return true;
			poll(NULL, 0, 10);
			if (punched != progress->punched || tried != progress->tried)
				break;
		}
	} while (waited < STANDSTILL_MS);
	return false;
}

/*
 * BUG-2: both end. Up to 7.3 each waits for the lock that the other has, for ever:
 * the error handler has the page locked and wants the file's invalidate lock, and
 * punching has that and wants the page. No signal ends it, and no further memory
 * error on the machine can be handled. Needs: boot. Red: Linux 7.3.
 */
TEST(memory_error_and_hole_do_not_wait_for_each_other)
{
	int fd, nr_unpoisoned, status = -1;
	struct vm *vm;
	pid_t pid;

	REQUIRE_BOOT_OF_ITS_OWN();
	REQUIRE(!access(UNPOISON_PFN, W_OK), "no hwpoison injection in debugfs");
	undo.nr_bad_before = find_bad_pages(undo.bad_before, MAX_BAD);
	REQUIRE(undo.nr_bad_before >= 0, "may not read the flags of physical pages");
	FAIL_UNLESS(undo.nr_bad_before < MAX_BAD, "too many bad pages");
	vm = vm_create_bare(VM_TYPE_DEFAULT);
	REQUIRE((gmem_supported_flags(vm) & FLAGS) == FLAGS,
		"no guest_memfd with these flags (before 6.18)");
	fd = gmem_create(vm, SIZE, FLAGS);
	progress = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)progress);
	undo.fd = fd;
	fail_at_exit(undo_all, NULL);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		race(fd);
	undo.pid = pid;

	ASSERT_TRUE(ends_by_itself(pid, &status)) {
		TH_LOG("standstill after %llu holes and %llu errors",
		       (u64)progress->punched, (u64)progress->poisoned);
	}
	undo.pid = 0;
	EXPECT_EQ(0, status);
	/* Otherwise nothing was raced for. */
	EXPECT_LT(0, progress->poisoned);
	EXPECT_LT(0, progress->punched);
	gmem_punch_hole(fd, 0, SIZE);
	EXPECT_EQ(0, unpoison_all(&nr_unpoisoned));
	EXPECT_LT(0, nr_unpoisoned);
	fail_cancel(undo_all, NULL);
	close(fd);
	vm_free(vm);
}

GMEM_TEST_MAIN
