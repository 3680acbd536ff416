// SPDX-License-Identifier: GPL-2.0
/* What file descriptors can do elsewhere and a guest_memfd refuses, or answers. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "harness.h"
#include "gmem_fixture.h"
#include "page_pattern.h"

#ifndef ANON_INODE_FS_MAGIC
#define ANON_INODE_FS_MAGIC	0x09041934
#endif

FIXTURE_GMEM_KINDS(gmem_file_ops);

/* The first pages of each file are allocated; gfn 0 on in those that can be read. */
#define NR_USED	4

static void use_pages(int fd, u64 flags)
{
	char *p;
	u64 i;

	gmem_allocate(fd, 0, NR_USED * PAGE_SIZE);
	if (!(flags & GUEST_MEMFD_FLAG_INIT_SHARED))
		return;
	p = gmem_mmap(fd, 0, NR_USED * PAGE_SIZE);
	for (i = 0; i < NR_USED; i++)
		page_pattern_fill(p + i * PAGE_SIZE, PAGE_SHARED, i, 1);
	munmap(p, NR_USED * PAGE_SIZE);
}

/* Other ends for the calls that move bytes between two descriptors. */
static int pipe_in, pipe_out, other;

static void open_other_ends(void)
{
	int pipe_fds[2];

	other = memfd_create("other", MFD_CLOEXEC);
	FAIL_UNLESS(other >= 0 && !pipe(pipe_fds), "memfd_create, pipe: %s", errno_name(errno));
	pipe_out = pipe_fds[0];
	pipe_in = pipe_fds[1];
	FAIL_UNLESS(write(pipe_in, "byte", 4) == 4 && write(other, "byte", 4) == 4 &&
		    !lseek(other, 0, SEEK_SET), "write: %s", errno_name(errno));
}

static char buf[64];
static struct iovec iov = { .iov_base = buf, .iov_len = sizeof(buf) };
static off_t at;

struct file_call {
	const char *name;
	long (*call)(int fd);
	int err;
};

#define FILE_CALL(name, expr)				\
	static long call_##name(int fd)			\
	{						\
		at = 0;					\
		return (expr) < 0 ? -errno : 0;		\
	}

FILE_CALL(read, read(fd, buf, sizeof(buf)))
FILE_CALL(write, write(fd, buf, sizeof(buf)))
FILE_CALL(readv, readv(fd, &iov, 1))
FILE_CALL(writev, writev(fd, &iov, 1))
FILE_CALL(pread, pread(fd, buf, sizeof(buf), 0))
FILE_CALL(pwrite, pwrite(fd, buf, sizeof(buf), 0))
FILE_CALL(preadv, preadv(fd, &iov, 1, 0))
FILE_CALL(pwritev, pwritev(fd, &iov, 1, 0))
FILE_CALL(preadv2, preadv2(fd, &iov, 1, 0, RWF_NOWAIT))
FILE_CALL(pwritev2, pwritev2(fd, &iov, 1, 0, RWF_APPEND))
FILE_CALL(splice_to_pipe, splice(fd, NULL, pipe_in, NULL, 4, 0))
FILE_CALL(splice_to_pipe_at, splice(fd, &at, pipe_in, NULL, 4, 0))
FILE_CALL(splice_from_pipe, splice(pipe_out, NULL, fd, NULL, 4, 0))
FILE_CALL(splice_from_pipe_at, splice(pipe_out, NULL, fd, &at, 4, 0))
FILE_CALL(sendfile_to_pipe, sendfile(pipe_in, fd, NULL, 4))
FILE_CALL(sendfile_to_pipe_at, sendfile(pipe_in, fd, &at, 4))
FILE_CALL(sendfile_from_memfd, sendfile(fd, other, NULL, 4))
FILE_CALL(copy_to_memfd, copy_file_range(fd, NULL, other, NULL, 4, 0))
FILE_CALL(copy_from_memfd, copy_file_range(other, NULL, fd, NULL, 4, 0))
FILE_CALL(copy_to_itself, copy_file_range(fd, NULL, fd, &at, 4, 0))

static const struct file_call transfers[] = {
	{ "read", call_read, EINVAL },
	{ "write", call_write, EINVAL },
	{ "readv", call_readv, EINVAL },
	{ "writev", call_writev, EINVAL },
	{ "pread", call_pread, ESPIPE },
	{ "pwrite", call_pwrite, ESPIPE },
	{ "preadv", call_preadv, ESPIPE },
	{ "pwritev", call_pwritev, ESPIPE },
	{ "preadv2", call_preadv2, ESPIPE },
	{ "pwritev2", call_pwritev2, ESPIPE },
	{ "splice to a pipe", call_splice_to_pipe, EINVAL },
	{ "splice to a pipe, with offset", call_splice_to_pipe_at, EINVAL },
	{ "splice from a pipe", call_splice_from_pipe, EINVAL },
	{ "splice from a pipe, with offset", call_splice_from_pipe_at, EINVAL },
	{ "sendfile to a pipe", call_sendfile_to_pipe, EINVAL },
	{ "sendfile to a pipe, with offset", call_sendfile_to_pipe_at, ESPIPE },
	{ "sendfile from a memfd", call_sendfile_from_memfd, EINVAL },
	{ "copy_file_range to a memfd", call_copy_to_memfd, EXDEV },
	{ "copy_file_range from a memfd", call_copy_from_memfd, EXDEV },
	{ "copy_file_range to itself", call_copy_to_itself, EINVAL },
};

/*
 * CREATE-5: no system call moves bytes through the descriptor, be the memory
 * shared or not. The file has no position either, hence ESPIPE.
 * Red: mutant file-read-write-stub.
 */
TEST_F(gmem_file_ops, no_call_reads_or_writes_through_the_descriptor)
{
	unsigned int i;

	use_pages(self->fd, variant->flags);
	open_other_ends();
	self->watch = gmem_kind_watch(self->vm, self->fd);
	for (i = 0; i < ARRAY_SIZE(transfers); i++) {
		EXPECT_REFUSED(self->watch, transfers[i].err, transfers[i].call(self->fd)) {
			TH_LOG("%s", transfers[i].name);
		}
	}
}

FILE_CALL(truncate_to_0, ftruncate(fd, 0))
FILE_CALL(truncate_shorter, ftruncate(fd, GMEM_KIND_SIZE - PAGE_SIZE))
FILE_CALL(truncate_same, ftruncate(fd, GMEM_KIND_SIZE))
FILE_CALL(truncate_longer, ftruncate(fd, GMEM_KIND_SIZE + PAGE_SIZE))
FILE_CALL(chmod, fchmod(fd, 0666))
FILE_CALL(chown, fchown(fd, -1, getgid()))
FILE_CALL(futimens, futimens(fd, NULL))
FILE_CALL(utimensat, utimensat(fd, "", NULL, AT_EMPTY_PATH))
FILE_CALL(seek_set, lseek(fd, 0, SEEK_SET))
FILE_CALL(seek_end, lseek(fd, 0, SEEK_END))
FILE_CALL(seek_data, lseek(fd, 0, SEEK_DATA))
FILE_CALL(seek_hole, lseek(fd, 0, SEEK_HOLE))
FILE_CALL(get_seals, fcntl(fd, F_GET_SEALS))
FILE_CALL(add_seals, fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE))
FILE_CALL(fsync, fsync(fd))
FILE_CALL(fdatasync, fdatasync(fd))
FILE_CALL(execveat, execveat(fd, "", (char *[]){ buf, NULL }, (char *[]){ NULL }, AT_EMPTY_PATH))

static const struct file_call changes[] = {
	{ "ftruncate to 0", call_truncate_to_0, EINVAL },
	{ "ftruncate, shorter", call_truncate_shorter, EINVAL },
	{ "ftruncate, same size", call_truncate_same, EINVAL },
	{ "ftruncate, longer", call_truncate_longer, EINVAL },
	{ "fchmod", call_chmod, EINVAL },
	{ "fchown", call_chown, EINVAL },
	{ "futimens", call_futimens, EINVAL },
	{ "utimensat", call_utimensat, EINVAL },
	{ "lseek SEEK_SET", call_seek_set, ESPIPE },
	{ "lseek SEEK_END", call_seek_end, ESPIPE },
	{ "lseek SEEK_DATA", call_seek_data, ESPIPE },
	{ "lseek SEEK_HOLE", call_seek_hole, ESPIPE },
	{ "F_GET_SEALS", call_get_seals, EINVAL },
	{ "F_ADD_SEALS", call_add_seals, EINVAL },
	{ "fsync", call_fsync, EINVAL },
	{ "fdatasync", call_fdatasync, EINVAL },
	{ "execveat", call_execveat, EACCES },
};

/*
 * CREATE-6: size, mode, owner, times and seals are nothing that a user sets.
 * Red: mutant file-setattr-works, mutant refused-truncate-truncates.
 */
TEST_F(gmem_file_ops, nothing_about_the_file_can_be_changed)
{
	unsigned int i;

	use_pages(self->fd, variant->flags);
	self->watch = gmem_kind_watch(self->vm, self->fd);
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		EXPECT_REFUSED(self->watch, changes[i].err, changes[i].call(self->fd)) {
			TH_LOG("%s", changes[i].name);
		}
	}
}

/*
 * CREATE-6: a descriptor can be duplicated and sent, but not opened anew.
 * Red: mutant file-setattr-works, mutant refused-truncate-truncates.
 */
TEST_F(gmem_file_ops, file_cannot_be_reopened)
{
	static const int modes[] = { O_RDONLY, O_WRONLY, O_RDWR, O_RDWR | O_TRUNC };
	char path[64];
	unsigned int i;
	int fd;

	use_pages(self->fd, variant->flags);
	self->watch = gmem_kind_watch(self->vm, self->fd);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", self->fd);
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		EXPECT_REFUSED_SYSCALL(self->watch, ENXIO, open(path, modes[i])) {
			TH_LOG("open mode %#x", modes[i]);
		}
	}
	EXPECT_REFUSED_SYSCALL(self->watch, EINVAL, truncate(path, PAGE_SIZE));

	fd = dup(self->fd);
	ASSERT_LE(0, fd);
	close(self->fd);
	self->fd = fd;
	EXPECT_OK(__gmem_allocate(fd, 0, GMEM_KIND_SIZE));
}

/*
 * CREATE-4: open for reading and writing, large, and inherited by exec. Red: mutant
 * file-attributes.
 */
TEST_F(gmem_file_ops, descriptor_is_read_write_large_and_not_cloexec)
{
	int any = open("/proc/self/exe", O_RDONLY);

	ASSERT_LE(0, any);
	/* On a 64-bit kernel any open() has O_LARGEFILE, whatever its number is. */
	EXPECT_EQ(O_RDWR | (fcntl(any, F_GETFL) & ~O_ACCMODE), fcntl(self->fd, F_GETFL));
	EXPECT_EQ(0, fcntl(self->fd, F_GETFD));
	close(any);
}

/* CREATE-4: st_blocks stays 0, whatever is allocated. Red: mutant file-attributes. */
TEST_F(gmem_file_ops, stat_tells_size_and_mode_but_not_blocks)
{
	struct stat st;
	int round;

	for (round = 0; round < 2; round++) {
		ASSERT_EQ(0, fstat(self->fd, &st));
		EXPECT_EQ(GMEM_KIND_SIZE, (u64)st.st_size);
		EXPECT_EQ(PAGE_SIZE, (u64)st.st_blksize);
		EXPECT_EQ(0, st.st_blocks);
		EXPECT_EQ(S_IFREG | 0600, st.st_mode);
		EXPECT_EQ(geteuid(), st.st_uid);
		EXPECT_EQ(1, st.st_nlink);
		gmem_allocate(self->fd, 0, GMEM_KIND_SIZE);
	}
}

/*
 * CREATE-4: a file system of its own since 6.19, before that an anonymous inode. Red:
 * mutant file-attributes.
 */
TEST_F(gmem_file_ops, file_system_says_guest_memfd)
{
	long magic = kernel_at_least(6, 19) ? GUEST_MEMFD_MAGIC : ANON_INODE_FS_MAGIC;
	struct statfs st;

	ASSERT_EQ(0, fstatfs(self->fd, &st));
	EXPECT_EQ(magic, (long)st.f_type);
}

GMEM_TEST_MAIN
