// SPDX-License-Identifier: GPL-2.0
/*
 * What IOMMU_IOAS_UNMAP does with a range that is not one mapping: the reason why a
 * VMM maps page by page what it will convert page by page.
 * include/uapi/linux/iommufd.h, struct iommu_ioas_unmap; drivers/iommu/iommufd/
 * io_pagetable.c, iopt_unmap_iova_range(), and vfio_compat.c.
 */
#include <linux/vfio.h>

#include "backing.h"
#include "harness.h"
#include "vmm/ioas.h"
#include "vmm/iommufd_mock.h"

#define NR_PAGES	16
#define SIZE		(NR_PAGES * PAGE_SIZE)
#define IOVA		(MOCK_IOVA_START + SZ_1M)

FIXTURE(split) {
	struct ioas ioas;
	struct iommufd_mock mock;
	char *hva;
};

FIXTURE_SETUP(split)
{
	REQUIRE(iommufd_mock_available(), "no mock device (CONFIG_IOMMUFD_TEST)");
	self->hva = backing_map(BACKING_ANON, SIZE);
}

FIXTURE_TEARDOWN(split)
{
	ioas_close(&self->ioas);
	backing_unmap(BACKING_ANON, self->hva, SIZE);
}

/* "first +nr" in pages. */
static int map(FIXTURE_DATA(split) *self, int page, int nr)
{
	return __ioas_map(&self->ioas, IOVA + page * PAGE_SIZE, self->hva + page * PAGE_SIZE,
			  nr * PAGE_SIZE);
}

static s64 unmap(FIXTURE_DATA(split) *self, int page, int nr)
{
	return __ioas_unmap(&self->ioas, IOVA + page * PAGE_SIZE, nr * PAGE_SIZE);
}

static s64 compat_unmap(FIXTURE_DATA(split) *self, int page, int nr)
{
	return __ioas_compat_unmap(&self->ioas, IOVA + page * PAGE_SIZE, nr * PAGE_SIZE);
}

/* Are these pages mapped and pinned once, and all others neither? */
static const char *mapped_complaint(FIXTURE_DATA(split) *self, u32 mapped)
{
	static char text[128];
	u64 word;
	int page;

	for (page = 0; page < NR_PAGES; page++) {
		const char *hva = self->hva + page * PAGE_SIZE;
		u64 iova = IOVA + page * PAGE_SIZE;
		bool want = mapped >> page & 1;
		int check = __iommufd_mock_check_map(&self->mock, iova, hva, PAGE_SIZE);
		int pins = __iommufd_mock_check_pins(&self->ioas, hva, PAGE_SIZE, want);
		int read = __iommufd_mock_read(&self->mock, iova, &word, sizeof(word));

		if (check == (want ? 0 : -EINVAL) && read == (want ? 0 : -ENOENT) && !pins)
			continue;
		snprintf(text, sizeof(text),
			 "page %d: expected %s, got map check %s, access %s, pin check %s", page,
			 want ? "mapped" : "unmapped", errno_name(-check), errno_name(-read),
			 errno_name(-pins));
		return text;
	}
	return NULL;
}

#define EXPECT_MAPPED(self, pages) __EXPECT_NO_COMPLAINT(mapped_complaint(self, pages), 0)

/*
 * DMA-3: a part of a mapping cannot be unmapped, be it in front, inside or at the end,
 * and the attempt changes nothing. Red: mutant iommufd split-anyway.
 */
TEST_F(split, part_of_a_mapping_is_refused)
{
	ioas_open(&self->ioas);
	iommufd_mock_attach(&self->mock, &self->ioas);
	ASSERT_OK(map(self, 0, NR_PAGES));
	EXPECT_ERRNO(ENOENT, unmap(self, 0, 4));
	EXPECT_ERRNO(ENOENT, unmap(self, 4, 4));
	EXPECT_ERRNO(ENOENT, unmap(self, 12, 4));
	EXPECT_ERRNO(ENOENT, unmap(self, 15, 1));
	EXPECT_MAPPED(self, 0xffff);
	EXPECT_EQ(SIZE, unmap(self, 0, NR_PAGES));
	EXPECT_MAPPED(self, 0);
	EXPECT_ERRNO(ENOENT, unmap(self, 0, NR_PAGES));
}

/*
 * DMA-3: a range takes every mapping that lies in it, and holes do not matter. Red: mutant
 * iommufd first-only.
 */
TEST_F(split, range_takes_all_mappings_inside)
{
	ioas_open(&self->ioas);
	iommufd_mock_attach(&self->mock, &self->ioas);
	ASSERT_OK(map(self, 1, 1));
	ASSERT_OK(map(self, 2, 3));
	ASSERT_OK(map(self, 8, 4));
	ASSERT_OK(map(self, 14, 2));
	EXPECT_EQ(8 * PAGE_SIZE, unmap(self, 0, 14));
	EXPECT_MAPPED(self, 0xc000);
}

/*
 * DMA-3: where the last mapping of the range crosses its end, the ones before are
 * gone when the error comes back, and nothing says which: a VMM must know itself what
 * it had mapped. Red: mutant iommufd check-first.
 */
TEST_F(split, refused_range_has_lost_its_first_mappings)
{
	ioas_open(&self->ioas);
	iommufd_mock_attach(&self->mock, &self->ioas);
	ASSERT_OK(map(self, 0, 4));
	ASSERT_OK(map(self, 4, 4));
	ASSERT_OK(map(self, 8, 8));
	EXPECT_ERRNO(ENOENT, unmap(self, 0, 10));
	EXPECT_MAPPED(self, 0xff00);
}

/*
 * DMA-3: what is mapped is not mapped again, not even in part or to the same page. Red:
 * mutant iommufd map-over-is-invalid.
 */
TEST_F(split, mapped_addresses_are_refused)
{
	ioas_open(&self->ioas);
	iommufd_mock_attach(&self->mock, &self->ioas);
	ASSERT_OK(map(self, 4, 4));
	EXPECT_ERRNO(EEXIST, map(self, 4, 4));
	EXPECT_ERRNO(EEXIST, map(self, 5, 1));
	EXPECT_ERRNO(EEXIST, map(self, 0, 5));
	EXPECT_ERRNO(EEXIST, map(self, 7, 2));
	EXPECT_MAPPED(self, 0x00f0);
}

/*
 * DMA-3: the type 1 interface of VFIO, as iommufd has it, splits mappings where an
 * unmap cuts them: the rest stays mapped, what is cut out is no longer pinned. Red: mutant
 * iommufd compat-no-cut.
 */
TEST_F(split, compat_type1_splits)
{
	ioas_compat_open(&self->ioas, VFIO_TYPE1_IOMMU);
	iommufd_mock_attach(&self->mock, &self->ioas);
	ASSERT_OK(__ioas_compat_map(&self->ioas, IOVA, self->hva, SIZE));
	EXPECT_EQ(PAGE_SIZE, compat_unmap(self, 0, 1));
	EXPECT_EQ(4 * PAGE_SIZE, compat_unmap(self, 6, 4));
	EXPECT_EQ(PAGE_SIZE, compat_unmap(self, 15, 1));
	EXPECT_MAPPED(self, 0x7c3e);
	/* Nothing there is nothing to complain of here. */
	EXPECT_EQ(0, compat_unmap(self, 6, 4));
	/* The native ioctl finds the pieces. */
	EXPECT_EQ(5 * PAGE_SIZE, unmap(self, 1, 5));
	EXPECT_ERRNO(ENOENT, unmap(self, 10, 4));
	EXPECT_MAPPED(self, 0x7c00);
}

/* DMA-3: version 2 of type 1 does not. Red: mutant iommufd compat-always-cut. */
TEST_F(split, compat_type1v2_does_not_split)
{
	ioas_compat_open(&self->ioas, VFIO_TYPE1v2_IOMMU);
	iommufd_mock_attach(&self->mock, &self->ioas);
	ASSERT_OK(__ioas_compat_map(&self->ioas, IOVA, self->hva, SIZE));
	EXPECT_ERRNO(ENOENT, compat_unmap(self, 6, 4));
	EXPECT_MAPPED(self, 0xffff);
	EXPECT_EQ(SIZE, compat_unmap(self, 0, NR_PAGES));
}

/*
 * DMA-3: to split, mappings must consist of base pages from the start: type 1 is too
 * late for an address space with a device and a mapping. Red: mutant iommufd type1-later.
 */
TEST_F(split, type1_cannot_be_chosen_later)
{
	ioas_compat_open(&self->ioas, VFIO_TYPE1v2_IOMMU);
	iommufd_mock_attach(&self->mock, &self->ioas);
	ASSERT_OK(map(self, 0, NR_PAGES));
	EXPECT_ERRNO(EINVAL, ioas_ioctl(&self->ioas, VFIO_SET_IOMMU, (void *)VFIO_TYPE1_IOMMU));
	EXPECT_ERRNO(ENOENT, compat_unmap(self, 6, 4));
	EXPECT_MAPPED(self, 0xffff);
}

GMEM_TEST_MAIN
