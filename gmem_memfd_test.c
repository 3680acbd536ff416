// SPDX-License-Identifier: GPL-2.0
/*
 * memfd is not guest_memfd. Early proposals had private memory as a memfd that
 * its creator cannot access, under flag 8 and seal 0x20; both numbers have gone
 * to something else since.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "gmem_fixture.h"
#include "memslot.h"

#define MEMFD_FLAG_8	8U
#define SEAL_0X20	0x20

static int memfd(unsigned int flags)
{
	int fd = memfd_create("not-a-guest_memfd", flags);

	if (fd >= 0)
		FAIL_UNLESS(!ftruncate(fd, SZ_2M), "ftruncate: %s", errno_name(errno));
	return fd;
}

/*
 * CREATE-13: flag 8 is MFD_NOEXEC_SEAL: sealed against execution, open to access. Red:
 * mutant file-memfd-noexec-ignored.
 */
TEST(memfd_flag_8_means_noexec_seal)
{
	struct stat st;
	char byte = 'x';
	char *p;
	int fd;

	REQUIRE(kernel_at_least(6, 3), "no MFD_NOEXEC_SEAL before 6.3");
	fd = memfd(MEMFD_FLAG_8);
	ASSERT_LE(0, fd);
	EXPECT_EQ(SEAL_0X20, fcntl(fd, F_GET_SEALS));
	ASSERT_EQ(0, fstat(fd, &st));
	EXPECT_EQ(0, st.st_mode & 0111);
	EXPECT_SYSCALL_ERRNO(EPERM, fchmod(fd, 0700));

	/* What an inaccessible one would have refused. */
	EXPECT_EQ(1, pwrite(fd, &byte, 1, 5));
	p = mmap(NULL, SZ_2M, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, p);
	EXPECT_EQ('x', p[5]);
	p[5] = 'y';
	EXPECT_EQ(1, pread(fd, &byte, 1, 5));
	EXPECT_EQ('y', byte);
	close(fd);
}

/*
 * CREATE-13: seal 0x20 is F_SEAL_EXEC: it takes nothing from those who read and write.
 * Red: mutant file-memfd-seal-exec-ignored.
 */
TEST(memfd_seal_0x20_means_exec)
{
	char byte = 'x';
	char *p;
	int fd;

	REQUIRE(kernel_at_least(6, 3), "no F_SEAL_EXEC before 6.3");
	fd = memfd(MFD_ALLOW_SEALING);
	ASSERT_LE(0, fd);
	/* On an executable file it would seal against writing too. */
	ASSERT_EQ(0, fchmod(fd, 0600));
	EXPECT_EQ(0, fcntl(fd, F_ADD_SEALS, SEAL_0X20));
	EXPECT_EQ(SEAL_0X20, fcntl(fd, F_GET_SEALS));
	EXPECT_SYSCALL_ERRNO(EPERM, fchmod(fd, 0700));
	p = mmap(NULL, SZ_2M, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, p);
	p[7] = 'z';
	EXPECT_EQ(1, pread(fd, &byte, 1, 7));
	EXPECT_EQ('z', byte);
	close(fd);
}

FIXTURE_GMEM_VM_TYPES(gmem_memfd);

/*
 * CREATE-13: no memfd of any kind takes the place of a guest_memfd in a slot. Red:
 * mutant bind-any-file.
 */
TEST_F(gmem_memfd, no_memfd_is_taken_for_a_guest_memfd)
{
	static const unsigned int flags[] = {
		0, MFD_ALLOW_SEALING, MFD_HUGETLB, MEMFD_FLAG_8, MEMFD_FLAG_8 | MFD_CLOEXEC,
	};
	void *hva = backing_map(BACKING_ANON, SZ_2M);
	int fd = gmem_create(self->vm, SZ_2M, 0);
	unsigned int i, nr = 0;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		int other = memfd(flags[i]);

		/* Not all kinds exist everywhere: those that do are refused. */
		if (other < 0)
			continue;
		nr++;
		EXPECT_ERRNO(EINVAL, __memslot_set2(self->vm, 1, KVM_MEM_GUEST_MEMFD, TEST_GPA,
						    SZ_2M, hva, other, 0)) {
			TH_LOG("memfd_create() flags %#x", flags[i]);
		}
		close(other);
	}
	EXPECT_LT(0, nr);
	EXPECT_OK(__memslot_set2(self->vm, 1, KVM_MEM_GUEST_MEMFD, TEST_GPA, SZ_2M, hva, fd, 0));
	close(fd);
}

GMEM_TEST_MAIN
