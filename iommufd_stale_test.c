// SPDX-License-Identifier: GPL-2.0
/*
 * The failure for which discarding memory and assigned devices excluded each other:
 * freeing a page does not end an IOMMU's mapping of it. The pin keeps the page, the
 * device keeps using it, and the CPU gets another one.
 */
#include <sys/mman.h>

#include "backing.h"
#include "gmem_fixture.h"
#include "harness.h"
#include "vmm/ioas.h"
#include "vmm/iommufd_mock.h"

#define NR_PAGES	4
#define SIZE		(NR_PAGES * PAGE_SIZE)
#define IOVA		(MOCK_IOVA_START + SZ_1M)

FIXTURE(stale) {
	struct vm *vm;
	struct ioas ioas;
	struct iommufd_mock mock;
	int gmem_fd;
	char *hva;
};

FIXTURE_VARIANT(stale) {
	bool gmem;
	enum backing_kind kind;
	int advice;
};

FIXTURE_VARIANT_ADD(stale, anon) { .kind = BACKING_ANON, .advice = MADV_DONTNEED };
FIXTURE_VARIANT_ADD(stale, memfd) { .kind = BACKING_MEMFD, .advice = MADV_REMOVE };
FIXTURE_VARIANT_ADD(stale, gmem) { .gmem = true };

FIXTURE_SETUP(stale)
{
	self->gmem_fd = -1;
	REQUIRE(iommufd_mock_available(), "no mock device (CONFIG_IOMMUFD_TEST)");
	self->vm = vm_create_bare(VM_TYPE_DEFAULT);
	REQUIRE(!variant->gmem ||
		gmem_supported_flags(self->vm) & GUEST_MEMFD_FLAG_INIT_SHARED,
		"no shared guest_memfd (before 6.18)");
	if (variant->gmem) {
		self->gmem_fd = gmem_create(self->vm, SIZE, GUEST_MEMFD_FLAG_MMAP |
					    GUEST_MEMFD_FLAG_INIT_SHARED);
		self->hva = gmem_mmap(self->gmem_fd, 0, SIZE);
	} else {
		self->hva = backing_map(variant->kind, SIZE);
	}
	memset(self->hva, 0x11, SIZE);
	ioas_open(&self->ioas);
	iommufd_mock_attach(&self->mock, &self->ioas);
	ioas_map(&self->ioas, IOVA, self->hva, SIZE);
}

FIXTURE_TEARDOWN(stale)
{
	ioas_close(&self->ioas);
	if (self->gmem_fd >= 0)
		close(self->gmem_fd);
	vm_free(self->vm);
}

/* Free page 1. */
static int discard(FIXTURE_DATA(stale) *self, int advice)
{
	if (self->gmem_fd >= 0)
		return __gmem_punch_hole(self->gmem_fd, PAGE_SIZE, PAGE_SIZE);
	return madvise(self->hva + PAGE_SIZE, PAGE_SIZE, advice) ? -errno : 0;
}

static void read_device(FIXTURE_DATA(stale) *self, char *bytes)
{
	MUST(__iommufd_mock_read(&self->mock, IOVA, bytes, SIZE));
}

/*
 * DMA-2, DMA-5: freeing a page under a mapping succeeds; from then on the device has
 * the old page, with the old bytes, and the CPU has a new one. Their neighbours are
 * still the same, so that only a look at each page shows it. Red: in the kernel's read
 * without ACCESS_RW_SLOW_PATH, which is by the process's page tables.
 */
TEST_F(stale, freed_page_stays_the_devices)
{
	char bytes[SIZE];

	ASSERT_OK(discard(self, variant->advice));
	EXPECT_FILLED(0, self->hva + PAGE_SIZE, PAGE_SIZE);
	memset(self->hva + PAGE_SIZE, 0x22, PAGE_SIZE);

	read_device(self, bytes);
	EXPECT_FILLED(0x11, bytes, SIZE);
	EXPECT_OK(__iommufd_mock_check_map(&self->mock, IOVA, self->hva, PAGE_SIZE));
	EXPECT_ERRNO(EINVAL, __iommufd_mock_check_map(&self->mock, IOVA + PAGE_SIZE,
						      self->hva + PAGE_SIZE, PAGE_SIZE));
	EXPECT_OK(__iommufd_mock_check_map(&self->mock, IOVA + 2 * PAGE_SIZE,
					   self->hva + 2 * PAGE_SIZE, 2 * PAGE_SIZE));
	EXPECT_OK(__iommufd_mock_check_pins(&self->ioas, self->hva + PAGE_SIZE, PAGE_SIZE, 0));
}

/*
 * DMA-2: what such a device writes is lost, without an error on either side. Red: in a
 * write without ACCESS_RW_SLOW_PATH.
 */
TEST_F(stale, devices_write_to_a_freed_page_is_lost)
{
	char bytes[SIZE];

	ASSERT_OK(discard(self, variant->advice));
	memset(self->hva + PAGE_SIZE, 0x22, PAGE_SIZE);
	memset(bytes, 0x33, sizeof(bytes));
	EXPECT_OK(__iommufd_mock_write(&self->mock, IOVA, bytes, SIZE));
	EXPECT_FILLED(0x33, self->hva, PAGE_SIZE);
	EXPECT_FILLED(0x22, self->hva + PAGE_SIZE, PAGE_SIZE);
	EXPECT_FILLED(0x33, self->hva + 2 * PAGE_SIZE, 2 * PAGE_SIZE);
}

/*
 * DMA-2: the cure: the mapping goes first, and comes when the page is back. Red: mutant
 * iommufd unmap-nothing.
 */
TEST_F(stale, unmapping_first_gives_the_device_the_new_page)
{
	char bytes[SIZE];

	ioas_unmap(&self->ioas, IOVA, SIZE);
	ASSERT_OK(discard(self, variant->advice));
	EXPECT_ERRNO(ENOENT, __iommufd_mock_read(&self->mock, IOVA + PAGE_SIZE, bytes, 1));
	memset(self->hva + PAGE_SIZE, 0x22, PAGE_SIZE);
	ioas_map(&self->ioas, IOVA, self->hva, SIZE);

	read_device(self, bytes);
	EXPECT_FILLED(0x11, bytes, PAGE_SIZE);
	EXPECT_FILLED(0x22, bytes + PAGE_SIZE, PAGE_SIZE);
	EXPECT_FILLED(0x11, bytes + 2 * PAGE_SIZE, 2 * PAGE_SIZE);
	EXPECT_OK(__iommufd_mock_check_map(&self->mock, IOVA, self->hva, SIZE));
	EXPECT_OK(__iommufd_mock_check_pins(&self->ioas, self->hva, SIZE, 1));
}

GMEM_TEST_MAIN
