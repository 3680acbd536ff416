// SPDX-License-Identifier: GPL-2.0
/*
 * A guest_memfd in the hands of another process: memory that it may allocate,
 * punch and map, of a VM that it may not touch.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "gmem_fixture.h"
#include "memslot.h"

#define SIZE		(4 * PAGE_SIZE)
#define PARENT_BYTE	0x21
#define CHILD_BYTE	0x42

/* What the other process found; in memory that both have. */
struct report {
	bool done;
	int vm_ioctls[4];
	int allocate, punch;
	u64 nr_pages;		/* that the file had then */
	long map;
	u8 seen[4];		/* the first byte of each page, before it wrote its own */
};

static void try_vm(int vm_fd, int *results)
{
	struct kvm_create_guest_memfd create = { .size = PAGE_SIZE };
	struct kvm_userspace_memory_region2 region = { .slot = 1 };

	results[0] = kvm_ioctl(vm_fd, KVM_CHECK_EXTENSION, (void *)KVM_CAP_USER_MEMORY);
	results[1] = kvm_ioctl(vm_fd, KVM_CREATE_GUEST_MEMFD, &create);
	results[2] = kvm_ioctl(vm_fd, KVM_SET_USER_MEMORY_REGION2, &region);
	results[3] = kvm_ioctl(vm_fd, KVM_CREATE_VCPU, (void *)0);
}

/* The other process: everything that a descriptor of each allows. */
static void use_memory(struct report *report, int vm_fd, int gmem_fd)
{
	char *p;
	u64 i;

	try_vm(vm_fd, report->vm_ioctls);
	report->punch = __gmem_punch_hole(gmem_fd, PAGE_SIZE, PAGE_SIZE);
	report->allocate = __gmem_allocate(gmem_fd, 3 * PAGE_SIZE, PAGE_SIZE);
	report->nr_pages = gmem_count_pages(gmem_fd, 0, SIZE);
	report->map = __gmem_mmap(gmem_fd, 0, SIZE);
	report->done = true;
	if (report->map < 0)
		return;
	p = (char *)report->map;
	for (i = 0; i < 4; i++)
		report->seen[i] = p[i * PAGE_SIZE];
	memset(p + 2 * PAGE_SIZE, CHILD_BYTE, PAGE_SIZE);
	munmap(p, SIZE);
}

static void send_fds(int socket, const int *fds, int nr)
{
	union {
		char buf[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { "", 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = CMSG_SPACE(nr * sizeof(int)),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(nr * sizeof(int));
	memcpy(CMSG_DATA(cmsg), fds, nr * sizeof(int));
	FAIL_UNLESS(sendmsg(socket, &msg, 0) == 1, "sendmsg: %s", errno_name(errno));
}

static bool receive_fds(int socket, int *fds, int nr)
{
	union {
		char buf[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} control;
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = sizeof(control.buf),
	};
	struct cmsghdr *cmsg;

	if (recvmsg(socket, &msg, 0) != 1)
		return false;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (!cmsg || cmsg->cmsg_len != CMSG_LEN(nr * sizeof(int)))
		return false;
	memcpy(fds, CMSG_DATA(cmsg), nr * sizeof(int));
	return true;
}

FIXTURE(gmem_share) {
	struct vm *vm;
	int fd;
	char *p;
	struct report *report;
	pid_t child;
	int socket[2];
};

FIXTURE_VARIANT(gmem_share) {
	bool inherited;
	u64 flags;
};

#define SHARED_FLAGS	(GUEST_MEMFD_FLAG_MMAP | GUEST_MEMFD_FLAG_INIT_SHARED)

/* A child that was born with the descriptors and the mapping. */
FIXTURE_VARIANT_ADD(gmem_share, shared_memory_by_fork) {
	.inherited = true,
	.flags = SHARED_FLAGS,
};

/* A process that is older than the VM and gets them in a message. */
FIXTURE_VARIANT_ADD(gmem_share, shared_memory_by_message) {
	.inherited = false,
	.flags = SHARED_FLAGS,
};

FIXTURE_VARIANT_ADD(gmem_share, private_memory_by_fork) {
	.inherited = true,
	.flags = 0,
};

FIXTURE_VARIANT_ADD(gmem_share, private_memory_by_message) {
	.inherited = false,
	.flags = 0,
};

static __noreturn void be_the_other(struct report *report, int socket)
{
	int fds[2];

	if (receive_fds(socket, fds, 2))
		use_memory(report, fds[0], fds[1]);
	_exit(0);
}

FIXTURE_SETUP(gmem_share)
{
	self->fd = -1;
	REQUIRE(kvm_cap(KVM_CAP_GUEST_MEMFD), "no guest_memfd");
	self->report = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			    -1, 0);
	ASSERT_NE(MAP_FAILED, self->report);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, self->socket));
	if (!variant->inherited) {
		self->child = fork();
		if (!self->child) {
			/* So that it ends with this process, whatever happens here. */
			close(self->socket[0]);
			be_the_other(self->report, self->socket[1]);
		}
	}
	self->vm = vm_create_bare(gmem_any_vm_type());
	REQUIRE(!(variant->flags & ~gmem_supported_flags(self->vm)),
		"no guest_memfd with these flags (before 6.18)");
	self->fd = gmem_create(self->vm, SIZE, variant->flags);
	REQUIRE(gmem_can_count_pages(self->fd), "no way to count a file's pages");
	gmem_allocate(self->fd, 0, 3 * PAGE_SIZE);
	if (variant->flags) {
		self->p = gmem_mmap(self->fd, 0, SIZE);
		memset(self->p, PARENT_BYTE, 3 * PAGE_SIZE);
	}
}

FIXTURE_TEARDOWN(gmem_share)
{
	if (self->fd >= 0)
		close(self->fd);
	vm_free(self->vm);
}

/* Let the other process run to its end. */
static void run_other(pid_t child, bool inherited, struct report *report, int socket,
		      int vm_fd, int gmem_fd)
{
	const int fds[] = { vm_fd, gmem_fd };
	int status;

	if (inherited) {
		child = fork();
		if (!child) {
			use_memory(report, vm_fd, gmem_fd);
			_exit(0);
		}
	} else {
		send_fds(socket, fds, 2);
	}
	FAIL_UNLESS(child > 0 && waitpid(child, &status, 0) == child && !status && report->done,
		    "the other process did not come to its end");
}

/*
 * CREATE-8: memory operations work for whoever has the file, and both see the
 * same pages; ioctls of the VM are for the process that made it.
 * Red: mutant file-vm-any-mm.
 */
TEST_F(gmem_share, other_process_may_use_the_memory_but_not_the_vm)
{
	struct report *r = self->report;
	unsigned int i;

	run_other(self->child, variant->inherited, r, self->socket[0], self->vm->fd, self->fd);
	for (i = 0; i < ARRAY_SIZE(r->vm_ioctls); i++) {
		EXPECT_EQ(-EIO, r->vm_ioctls[i]) {
			TH_LOG("ioctl %u", i);
		}
	}
	EXPECT_OK(r->punch);
	EXPECT_OK(r->allocate);
	EXPECT_EQ(3, r->nr_pages);
	EXPECT_ERRNO(variant->flags ? 0 : ENODEV, r->map);
	EXPECT_TRUE(gmem_has_page(self->fd, 3 * PAGE_SIZE));
	if (!variant->flags)
		return;

	EXPECT_EQ(PARENT_BYTE, r->seen[0]);
	EXPECT_EQ(0, r->seen[1]);
	EXPECT_EQ(PARENT_BYTE, r->seen[2]);
	EXPECT_EQ(0, r->seen[3]);
	EXPECT_FILLED(PARENT_BYTE, self->p, PAGE_SIZE);
	EXPECT_FILLED(0, self->p + PAGE_SIZE, PAGE_SIZE);
	EXPECT_FILLED(CHILD_BYTE, self->p + 2 * PAGE_SIZE, PAGE_SIZE);
	EXPECT_FILLED(0, self->p + 3 * PAGE_SIZE, PAGE_SIZE);
}

/*
 * CREATE-8: the owner's VM has not noticed: the same ioctls work, and the file binds.
 * Red: mutant file-foreign-ioctl-kills-vm.
 */
TEST_F(gmem_share, vm_of_the_owner_works_on)
{
	void *hva = variant->flags ? self->p : backing_map(BACKING_ANON, SIZE);

	run_other(self->child, variant->inherited, self->report, self->socket[0],
		  self->vm->fd, self->fd);
	EXPECT_LT(0, vm_cap(self->vm, KVM_CAP_USER_MEMORY));
	EXPECT_OK(__memslot_set2(self->vm, 1, KVM_MEM_GUEST_MEMFD, TEST_GPA, SIZE, hva,
				 self->fd, 0));
	EXPECT_OK(__memslot_set1(self->vm, 1, 0, TEST_GPA, 0, hva));
	EXPECT_OK(__gmem_allocate(self->fd, 0, SIZE));
}

GMEM_TEST_MAIN
