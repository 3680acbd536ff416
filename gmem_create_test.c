// SPDX-License-Identifier: GPL-2.0
/* KVM_CREATE_GUEST_MEMFD: what it takes and what it refuses. */
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "gmem_fixture.h"

FIXTURE_GMEM_VM_TYPES(gmem_create);

static u64 size_of(int fd)
{
	struct stat st;

	FAIL_UNLESS(!fstat(fd, &st), "fstat: %s", errno_name(errno));
	return st.st_size;
}

/*
 * CREATE-1: which flags a VM type takes is ABI. Memory that starts shared makes
 * no sense for a VM whose attributes decide, so the private type lacks that flag.
 * Red: mutant file-init-shared-for-all.
 */
TEST_F(gmem_create, flags_of_each_vm_type_are_the_released_ones)
{
	const u64 mmap = GUEST_MEMFD_FLAG_MMAP, shared = GUEST_MEMFD_FLAG_INIT_SHARED;

	REQUIRE(kernel_at_least(6, 18) || kvm_cap(KVM_CAP_GUEST_MEMFD_FLAGS),
		"no guest_memfd flags before 6.18");
	EXPECT_EQ(mmap | shared, (u64)kvm_cap(KVM_CAP_GUEST_MEMFD_FLAGS));
	EXPECT_EQ(variant->has_private ? mmap : mmap | shared, gmem_supported_flags(self->vm));
}

/*
 * CREATE-1: all 64 bits; before 6.18 the capability reads 0 and so does the mask. Red:
 * mutant file-flags-unchecked.
 */
TEST_F(gmem_create, each_flag_is_taken_iff_the_capability_has_it)
{
	u64 supported = gmem_supported_flags(self->vm), taken = 0;
	int bit, fd;

	self->watch = refusal_watch_create(self->vm, (struct refusal_scope){ 0 });
	for (bit = 0; bit < 64; bit++) {
		fd = __gmem_create(self->vm, PAGE_SIZE, BIT_ULL(bit));
		if (fd >= 0) {
			taken |= BIT_ULL(bit);
			close(fd);
			continue;
		}
		EXPECT_REFUSED(self->watch, EINVAL, fd) {
			TH_LOG("flag %#llx", BIT_ULL(bit));
		}
	}
	EXPECT_EQ(supported, taken);
}

/*
 * CREATE-1: one unknown flag is enough, whatever else is asked for. Red: mutant
 * file-flags-unchecked.
 */
TEST_F(gmem_create, flags_are_refused_as_a_whole)
{
	u64 supported = gmem_supported_flags(self->vm), known, unknown;
	int fd;

	self->watch = refusal_watch_create(self->vm, (struct refusal_scope){ 0 });
	for (known = 0; known <= supported; known++) {
		if (known & ~supported)
			continue;
		fd = __gmem_create(self->vm, PAGE_SIZE, known);
		EXPECT_OK(fd) {
			TH_LOG("flags %#llx", known);
		}
		close(fd);
		for (unknown = 1; unknown; unknown <<= 1) {
			if (unknown & supported)
				continue;
			EXPECT_REFUSED(self->watch, EINVAL,
				       __gmem_create(self->vm, PAGE_SIZE, known | unknown)) {
				TH_LOG("flags %#llx | %#llx", known, unknown);
			}
		}
	}
}

/*
 * CREATE-2: sizes are a positive loff_t, in whole pages. Bit 63 makes them
 * negative; each bit below the page size is tried alone and on top of a page.
 * Red: mutant file-sizes-unchecked, mutant refused-create-keeps-fd.
 */
TEST_F(gmem_create, sizes_that_are_no_positive_number_of_pages_are_refused)
{
	static const u64 sizes[] = {
		0, PAGE_SIZE - 1, PAGE_SIZE + 1, SZ_2M - 1, SZ_2M + 1, SZ_4G + 1,
		BIT_ULL(63), BIT_ULL(63) + PAGE_SIZE, BIT_ULL(63) - 1, -PAGE_SIZE, -1ULL,
	};
	u64 supported = gmem_supported_flags(self->vm), size;
	unsigned int i;

	self->watch = refusal_watch_create(self->vm, (struct refusal_scope){ 0 });
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT_REFUSED(self->watch, EINVAL, __gmem_create(self->vm, sizes[i], 0)) {
			TH_LOG("size %#llx", sizes[i]);
		}
		EXPECT_REFUSED(self->watch, EINVAL, __gmem_create(self->vm, sizes[i], supported)) {
			TH_LOG("size %#llx, flags %#llx", sizes[i], supported);
		}
	}
	for (size = 1; size < PAGE_SIZE; size <<= 1) {
		EXPECT_REFUSED(self->watch, EINVAL, __gmem_create(self->vm, size, 0)) {
			TH_LOG("size %#llx", size);
		}
		EXPECT_REFUSED(self->watch, EINVAL, __gmem_create(self->vm, SZ_2M | size, 0)) {
			TH_LOG("size %#llx", SZ_2M | size);
		}
	}
}

/*
 * CREATE-2: any positive number of pages will do: nothing is reserved for it. Red:
 * mutant file-size-limit.
 */
TEST_F(gmem_create, size_is_limited_by_loff_t_alone)
{
	static const u64 sizes[] = {
		PAGE_SIZE, 3 * PAGE_SIZE, SZ_2M + PAGE_SIZE, 1024 * SZ_1G, BIT_ULL(62),
		BIT_ULL(63) - PAGE_SIZE,
	};
	unsigned int i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		fd = gmem_create(self->vm, sizes[i], 0);
		EXPECT_EQ(sizes[i], size_of(fd));
		EXPECT_ERRNO(0, __gmem_allocate(fd, sizes[i] - PAGE_SIZE, PAGE_SIZE)) {
			TH_LOG("last page of %#llx bytes", sizes[i]);
		}
		close(fd);
	}
}

/*
 * CREATE-4: two files of a VM are two inodes, each with the size it was given. Red:
 * mutant file-one-inode-number.
 */
TEST_F(gmem_create, files_have_inodes_and_sizes_of_their_own)
{
	int a = gmem_create(self->vm, PAGE_SIZE, 0), b = gmem_create(self->vm, SZ_2M, 0);
	struct stat st_a, st_b;

	ASSERT_EQ(0, fstat(a, &st_a));
	ASSERT_EQ(0, fstat(b, &st_b));
	EXPECT_EQ(PAGE_SIZE, (u64)st_a.st_size);
	EXPECT_EQ(SZ_2M, (u64)st_b.st_size);
	EXPECT_NE(st_a.st_ino, st_b.st_ino);
	EXPECT_EQ(st_a.st_dev, st_b.st_dev);

	/* What happens to one is nothing to the other, not even its end. */
	gmem_allocate(b, 0, SZ_2M);
	EXPECT_ERRNO(EINVAL, __gmem_allocate(a, PAGE_SIZE, PAGE_SIZE));
	close(b);
	ASSERT_EQ(0, fstat(a, &st_a));
	EXPECT_EQ(PAGE_SIZE, (u64)st_a.st_size);
	EXPECT_OK(__gmem_allocate(a, 0, PAGE_SIZE));
	close(a);
}

/*
 * CREATE-4: a file needs its VM alive, not a descriptor of it. Red: mutant
 * file-fallocate-needs-vm.
 */
TEST_F(gmem_create, file_outlives_the_descriptor_of_its_vm)
{
	int fd = gmem_create(self->vm, SZ_64K, 0);

	vm_free(self->vm);
	self->vm = NULL;
	EXPECT_EQ(SZ_64K, size_of(fd));
	EXPECT_OK(__gmem_allocate(fd, 0, SZ_64K));
	EXPECT_OK(__gmem_punch_hole(fd, 0, SZ_64K));
	EXPECT_EQ(0, close(fd));
}

GMEM_TEST_MAIN
