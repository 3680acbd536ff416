// SPDX-License-Identifier: GPL-2.0
/*
 * A memory error in a page of a guest_memfd while a hole is punched there.
 * virt/kvm/guest_memfd.c, kvm_gmem_error_folio() and kvm_gmem_punch_hole().
 */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disposable.h"
#include "gmem.h"
#include "harness.h"
#include "vm.h"

#define NR_PAGES	16
#define SIZE		(NR_PAGES * PAGE_SIZE)
#define NR_POISONED	128	/* the bug was there after 3 */
#define STANDSTILL_MS	3000
#define FLAGS		(GUEST_MEMFD_FLAG_MMAP | GUEST_MEMFD_FLAG_INIT_SHARED)
#define UNPOISON_PFN	"/sys/kernel/debug/hwpoison/unpoison-pfn"

/* How far each of the two is, for the process that watches them. */
static volatile struct {
	u64 punched;
	u64 poisoned;
} *progress;

static void on_sigbus(int sig)
{
	(void)sig;
}

static void *punch(void *arg)
{
	int fd = *(int *)arg;

	while (progress->poisoned < NR_POISONED) {
		__gmem_punch_hole(fd, 0, SIZE);
		progress->punched++;
	}
	return NULL;
}

static void *poison(void *arg)
{
	int fd = *(int *)arg;
	char *p;
	u64 i;

	while (progress->poisoned < NR_POISONED) {
		p = gmem_mmap(fd, 0, SIZE);
		for (i = 0; i < NR_PAGES; i++) {
			madvise(p + i * PAGE_SIZE, PAGE_SIZE, MADV_POPULATE_WRITE);
			madvise(p + i * PAGE_SIZE, PAGE_SIZE, MADV_HWPOISON);
			progress->poisoned++;
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
	u64 punched, poisoned;
	int waited = 0;

	do {
		punched = progress->punched;
		poisoned = progress->poisoned;
		for (waited = 0; waited < STANDSTILL_MS; waited += 10) {
			if (waitpid(pid, status, WNOHANG) == pid)
				return true;
			poll(NULL, 0, 10);
			if (punched != progress->punched || poisoned != progress->poisoned)
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
	int fd, status = -1;
	struct vm *vm;
	pid_t pid;

	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(!access(UNPOISON_PFN, W_OK), "no hwpoison injection in debugfs");
	vm = vm_create_bare(VM_TYPE_DEFAULT);
	REQUIRE((gmem_supported_flags(vm) & FLAGS) == FLAGS,
		"no guest_memfd with these flags (before 6.18)");
	fd = gmem_create(vm, SIZE, FLAGS);
	progress = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)progress);
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		race(fd);

	ASSERT_TRUE(ends_by_itself(pid, &status)) {
		TH_LOG("standstill after %llu holes and %llu errors",
		       (u64)progress->punched, (u64)progress->poisoned);
	}
	EXPECT_EQ(0, status);
	close(fd);
	vm_free(vm);
}

GMEM_TEST_MAIN
