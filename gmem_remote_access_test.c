// SPDX-License-Identifier: GPL-2.0
/*
 * CREATE-5 by way of a mapping: what reaches memory through an address instead
 * of a descriptor follows the mapping's rule, all of it if the memory is shared
 * and nothing if it is private.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "harness.h"
#include "gmem_fixture.h"

FIXTURE_GMEM(gmem_remote_access);
GMEM_KIND_MMAP_PRIVATE(gmem_remote_access);
GMEM_KIND_MMAP_SHARED(gmem_remote_access);

#define SECRET	0x42

static bool is_shared(u64 flags)
{
	return flags & GUEST_MEMFD_FLAG_INIT_SHARED;
}

/* The second page of the file, allocated; with something in it if it is shared. */
static char *map_second_page(int fd, u64 flags)
{
	char *p = gmem_mmap(fd, PAGE_SIZE, PAGE_SIZE);

	gmem_allocate(fd, PAGE_SIZE, PAGE_SIZE);
	if (is_shared(flags))
		memset(p, SECRET, PAGE_SIZE);
	return p;
}

static bool have_process_vm(void)
{
	char a = 1, b = 0;
	struct iovec from = { &a, 1 }, to = { &b, 1 };

	return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == 1;
}

/*
 * CREATE-5: as a debugger or migration tool would copy a process's memory. Red:
 * mutants file-fault-ignores-private and file-fault-fails.
 */
TEST_F(gmem_remote_access, process_vm_reads_and_writes_shared_memory_only)
{
	char *p = map_second_page(self->fd, variant->flags), buf[64] = "untouched";
	struct iovec local = { buf, sizeof(buf) }, remote = { p, sizeof(buf) };
	int err = is_shared(variant->flags) ? 0 : EFAULT;

	REQUIRE(have_process_vm(), "no process_vm_readv()");
	EXPECT_SYSCALL_ERRNO(err, process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
	if (err) {
		EXPECT_STREQ("untouched", buf);
	} else {
		EXPECT_FILLED(SECRET, buf, sizeof(buf));
	}

	memset(buf, 0x17, sizeof(buf));
	EXPECT_SYSCALL_ERRNO(err, process_vm_writev(getpid(), &local, 1, &remote, 1, 0));
	if (!err) {
		EXPECT_FILLED(0x17, p, sizeof(buf));
	}
}

/*
 * CREATE-5: /proc/PID/mem, which overrides a mapping's protection, is no way in. Red:
 * mutants file-fault-ignores-private and file-fault-fails.
 */
TEST_F(gmem_remote_access, proc_mem_reads_and_writes_shared_memory_only)
{
	char *p = map_second_page(self->fd, variant->flags), buf[64] = "untouched";
	int mem = open("/proc/self/mem", O_RDWR), err = is_shared(variant->flags) ? 0 : EIO;

	ASSERT_LE(0, mem);
	EXPECT_SYSCALL_ERRNO(err, pread(mem, buf, sizeof(buf), (long)p));
	if (err) {
		EXPECT_STREQ("untouched", buf);
	} else {
		EXPECT_FILLED(SECRET, buf, sizeof(buf));
	}

	memset(buf, 0x17, sizeof(buf));
	EXPECT_SYSCALL_ERRNO(err, pwrite(mem, buf, sizeof(buf), (long)p));
	if (!err) {
		EXPECT_FILLED(0x17, p, sizeof(buf));
	}
	close(mem);
}

/*
 * CREATE-5: as the buffer of somebody else's read() and write(). Red: mutants
 * file-fault-ignores-private and file-fault-fails.
 */
TEST_F(gmem_remote_access, system_calls_take_shared_memory_only_as_a_buffer)
{
	char *p = map_second_page(self->fd, variant->flags), byte;
	int other = memfd_create("other", MFD_CLOEXEC);
	int err = is_shared(variant->flags) ? 0 : EFAULT;

	ASSERT_LE(0, other);
	EXPECT_SYSCALL_ERRNO(err, pwrite(other, p, 1, 0));
	if (!err) {
		EXPECT_EQ(1, pread(other, &byte, 1, 0));
		EXPECT_EQ(SECRET, byte);
	}
	ASSERT_EQ(1, pwrite(other, "\x17", 1, 0));
	EXPECT_SYSCALL_ERRNO(err, pread(other, p, 1, 0));
	if (!err) {
		EXPECT_EQ(0x17, p[0]);
	}
	close(other);
}

/*
 * CREATE-5: vmsplice() pins the page: what the pipe then delivers is the page. Red:
 * mutants file-fault-ignores-private and file-fault-fails.
 */
TEST_F(gmem_remote_access, vmsplice_takes_shared_memory_only)
{
	char *p = map_second_page(self->fd, variant->flags), buf[64] = "untouched";
	struct iovec iov = { p, sizeof(buf) };
	int fds[2], err = is_shared(variant->flags) ? 0 : EFAULT;

	ASSERT_EQ(0, pipe2(fds, O_NONBLOCK));
	EXPECT_SYSCALL_ERRNO(err, vmsplice(fds[1], &iov, 1, 0));
	EXPECT_SYSCALL_ERRNO(err ? EAGAIN : 0, read(fds[0], buf, sizeof(buf)));
	if (!err) {
		EXPECT_FILLED(SECRET, buf, sizeof(buf));
	}
	close(fds[0]);
	close(fds[1]);
}

GMEM_TEST_MAIN
