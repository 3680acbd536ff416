// SPDX-License-Identifier: GPL-2.0
/*
 * CREATE-5 where no system call of its own does the reading and writing: what
 * io_uring and native AIO do with a guest_memfd as their file.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/aio_abi.h>
#include <linux/falloc.h>
#include <linux/io_uring.h>

#include "harness.h"
#include "gmem_fixture.h"

FIXTURE_GMEM_KINDS(gmem_async_io);

static char buf[64];

struct ring {
	int fd;
	char *rings;			/* one mapping of both, IORING_FEAT_SINGLE_MMAP */
	struct io_uring_sqe *sqes;
	struct io_uring_params params;
};

/* A ring of one entry: 0 or -errno. */
static int ring_create(struct ring *ring)
{
	struct io_uring_params *p = &ring->params;
	const int prot = PROT_READ | PROT_WRITE;

	memset(ring, 0, sizeof(*ring));
	ring->fd = syscall(__NR_io_uring_setup, 1, p);
	if (ring->fd < 0)
		return -errno;
	FAIL_UNLESS(p->features & IORING_FEAT_SINGLE_MMAP, "io_uring of a kernel before 5.4");
	ring->rings = mmap(NULL, p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe),
			   prot, MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
	ring->sqes = mmap(NULL, sizeof(*ring->sqes), prot, MAP_SHARED, ring->fd, IORING_OFF_SQES);
	FAIL_UNLESS(ring->rings != MAP_FAILED && ring->sqes != MAP_FAILED, "map the rings: %s",
		    errno_name(errno));
	return 0;
}

static bool have_io_uring(void)
{
	struct ring ring;

	if (ring_create(&ring))
		return false;
	close(ring.fd);
	return true;
}

static u32 *ring_u32(struct ring *ring, u32 offset)
{
	return (u32 *)(ring->rings + offset);
}

/* Submit one operation on the file and wait for its result. */
static int ring_do(struct ring *ring, u8 opcode, int fd, void *addr, u32 len, u64 offset)
{
	struct io_uring_cqe *cqes = (struct io_uring_cqe *)(ring->rings + ring->params.cq_off.cqes);
	u32 *sq_tail = ring_u32(ring, ring->params.sq_off.tail);
	u32 *cq_head = ring_u32(ring, ring->params.cq_off.head);
	u32 cq_mask = *ring_u32(ring, ring->params.cq_off.ring_mask);
	int ret, result;

	ring->sqes[0] = (struct io_uring_sqe){
		.opcode = opcode,
		.fd = fd,
		.addr = (unsigned long)addr,
		.len = len,
		.off = offset,
	};
	ring_u32(ring, ring->params.sq_off.array)[0] = 0;
	__atomic_store_n(sq_tail, *sq_tail + 1, __ATOMIC_RELEASE);
	ret = syscall(__NR_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0);
	FAIL_UNLESS(ret == 1, "io_uring_enter: %s", errno_name(errno));
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	result = cqes[*cq_head & cq_mask].res;
	__atomic_store_n(cq_head, *cq_head + 1, __ATOMIC_RELEASE);
	return result;
}

/* CREATE-5: the same refusals as for the system calls. Red: mutant file-read-write-stub. */
TEST_F(gmem_async_io, io_uring_does_not_read_or_write_the_file)
{
	struct iovec iov = { .iov_base = buf, .iov_len = sizeof(buf) };
	struct ring ring;

	REQUIRE(have_io_uring(), "no io_uring");
	ASSERT_OK(ring_create(&ring));
	EXPECT_ERRNO(EINVAL, ring_do(&ring, IORING_OP_READ, self->fd, buf, sizeof(buf), 0));
	EXPECT_ERRNO(EINVAL, ring_do(&ring, IORING_OP_WRITE, self->fd, buf, sizeof(buf), 0));
	EXPECT_ERRNO(EINVAL, ring_do(&ring, IORING_OP_READV, self->fd, &iov, 1, 0));
	EXPECT_ERRNO(EINVAL, ring_do(&ring, IORING_OP_WRITEV, self->fd, &iov, 1, 0));
	EXPECT_ERRNO(EINVAL, ring_do(&ring, IORING_OP_READ, self->fd, buf, sizeof(buf), -1ULL));
	/* The ring itself works: the same with a file that can be read. */
	EXPECT_EQ(1, ring_do(&ring, IORING_OP_READ, open("/proc/self/exe", O_RDONLY), buf, 1, 0));
	EXPECT_EQ('\x7f', buf[0]);
	close(ring.fd);
}

/*
 * CREATE-5, FALLOC-1: IORING_OP_FALLOCATE is fallocate() and obeys its rules. Red:
 * mutant file-modes-unchecked.
 */
TEST_F(gmem_async_io, io_uring_fallocate_obeys_the_same_rules)
{
	const u64 keep = FALLOC_FL_KEEP_SIZE, punch = keep | FALLOC_FL_PUNCH_HOLE;
	struct ring ring;

	REQUIRE(have_io_uring(), "no io_uring");
	REQUIRE(gmem_can_count_pages(self->fd), "no way to count a file's pages");
	ASSERT_OK(ring_create(&ring));
	/* The operation has its mode in len and its length in addr. */
	EXPECT_OK(ring_do(&ring, IORING_OP_FALLOCATE, self->fd, (void *)(4 * PAGE_SIZE), keep, 0));
	EXPECT_EQ(4, gmem_count_pages(self->fd, 0, GMEM_KIND_SIZE));
	EXPECT_ERRNO(EOPNOTSUPP, ring_do(&ring, IORING_OP_FALLOCATE, self->fd,
					 (void *)PAGE_SIZE, 0, 0));
	EXPECT_ERRNO(EINVAL, ring_do(&ring, IORING_OP_FALLOCATE, self->fd,
				     (void *)PAGE_SIZE, keep, GMEM_KIND_SIZE));
	EXPECT_ERRNO(EINVAL, ring_do(&ring, IORING_OP_FALLOCATE, self->fd,
				     (void *)PAGE_SIZE, punch, 1));
	EXPECT_EQ(4, gmem_count_pages(self->fd, 0, GMEM_KIND_SIZE));
	EXPECT_OK(ring_do(&ring, IORING_OP_FALLOCATE, self->fd, (void *)PAGE_SIZE, punch, 0));
	EXPECT_EQ(3, gmem_count_pages(self->fd, PAGE_SIZE, 3 * PAGE_SIZE));
	EXPECT_EQ(3, gmem_count_pages(self->fd, 0, GMEM_KIND_SIZE));
	close(ring.fd);
}

/* io_submit() of one control block: what it or its event says, 0 or more or -errno. */
static long aio_do(int fd, u16 opcode)
{
	struct iocb iocb = {
		.aio_fildes = fd,
		.aio_lio_opcode = opcode,
		.aio_buf = (unsigned long)buf,
		.aio_nbytes = sizeof(buf),
	}, *list = &iocb;
	struct io_event event = { 0 };
	aio_context_t ctx = 0;
	long ret;

	FAIL_UNLESS(!syscall(__NR_io_setup, 1, &ctx), "io_setup: %s", errno_name(errno));
	if (syscall(__NR_io_submit, ctx, 1, &list) != 1) {
		ret = -errno;
	} else {
		ret = syscall(__NR_io_getevents, ctx, 1, 1, &event, NULL);
		FAIL_UNLESS(ret == 1, "io_getevents: %s", errno_name(errno));
		ret = event.res;
	}
	syscall(__NR_io_destroy, ctx);
	return ret;
}

static bool have_aio(void)
{
	aio_context_t ctx = 0;

	return !syscall(__NR_io_setup, 1, &ctx) && !syscall(__NR_io_destroy, ctx);
}

/*
 * CREATE-5: nor does AIO, for which there is no synchronisation to ask for either.
 * Red: mutant file-read-write-stub.
 */
TEST_F(gmem_async_io, aio_does_not_read_write_or_sync_the_file)
{
	int exe = open("/proc/self/exe", O_RDONLY);

	REQUIRE(have_aio(), "no native AIO");
	EXPECT_ERRNO(EINVAL, aio_do(self->fd, IOCB_CMD_PREAD));
	EXPECT_ERRNO(EINVAL, aio_do(self->fd, IOCB_CMD_PWRITE));
	EXPECT_ERRNO(EINVAL, aio_do(self->fd, IOCB_CMD_FSYNC));
	EXPECT_EQ((long)sizeof(buf), aio_do(exe, IOCB_CMD_PREAD));
	EXPECT_EQ('\x7f', buf[0]);
	close(exe);
}

GMEM_TEST_MAIN
