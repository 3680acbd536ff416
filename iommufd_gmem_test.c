// SPDX-License-Identifier: GPL-2.0
/*
 * A guest_memfd as memory for DMA. drivers/iommu/iommufd/pages.c, pfn_reader_user_pin();
 * virt/kvm/guest_memfd.c.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "gmem_fixture.h"
#include "harness.h"
#include "vmm/ioas.h"
#include "vmm/iommufd_mock.h"

#define NR_PAGES	4
#define SIZE		(NR_PAGES * PAGE_SIZE)
#define IOVA		(MOCK_IOVA_START + SZ_1M)

FIXTURE(dma_gmem) {
	struct vm *vm;
	struct ioas ioas;
	struct iommufd_mock mock;
};

FIXTURE_SETUP(dma_gmem)
{
	REQUIRE(kvm_cap(KVM_CAP_GUEST_MEMFD), "no guest_memfd");
	REQUIRE(iommufd_mock_available(), "no mock device (CONFIG_IOMMUFD_TEST)");
	self->vm = vm_create_bare(VM_TYPE_DEFAULT);
	REQUIRE(gmem_supported_flags(self->vm) & GUEST_MEMFD_FLAG_INIT_SHARED,
		"no shared guest_memfd (before 6.18)");
	ioas_open(&self->ioas);
}

FIXTURE_TEARDOWN(dma_gmem)
{
	ioas_close(&self->ioas);
	vm_free(self->vm);
}

static int gmem_shared(struct vm *vm)
{
	return gmem_create(vm, SIZE, GUEST_MEMFD_FLAG_MMAP | GUEST_MEMFD_FLAG_INIT_SHARED);
}

/*
 * DMA-4: a guest_memfd that is the host's too can be mapped for devices like any
 * memory: its pages are allocated and pinned, and the device's bytes are the host's.
 * Red: mutants iommufd shared-gmem-faults, unmap-nothing.
 */
TEST_F(dma_gmem, shared_gmem_is_mapped_and_pinned)
{
	int fd = gmem_shared(self->vm);
	char *hva = gmem_mmap(fd, 0, SIZE);
	u64 word = 0x1122334455667788;

	REQUIRE(gmem_can_count_pages(fd), "the kernel does not tell which pages a file holds");
	iommufd_mock_attach(&self->mock, &self->ioas);
	EXPECT_EQ(0, gmem_count_pages(fd, 0, SIZE));
	ASSERT_OK(__ioas_map(&self->ioas, IOVA, hva, SIZE));
	EXPECT_EQ(NR_PAGES, gmem_count_pages(fd, 0, SIZE));
	EXPECT_OK(__iommufd_mock_check_map(&self->mock, IOVA, hva, SIZE));
	EXPECT_OK(__iommufd_mock_check_pins(&self->ioas, hva, SIZE, 1));
	EXPECT_OK(__iommufd_mock_write(&self->mock, IOVA + PAGE_SIZE - 4, &word, sizeof(word)));
	EXPECT_EQ(0, memcmp(hva + PAGE_SIZE - 4, &word, sizeof(word)));
	ioas_unmap(&self->ioas, IOVA, SIZE);
	EXPECT_OK(__iommufd_mock_check_pins(&self->ioas, hva, SIZE, 0));
	munmap(hva, SIZE);
	close(fd);
}

/*
 * DMA-4: the host's mapping of a private one gives a device no access: with a device
 * attached the mapping fails, without one the device cannot be attached. Red: mutant
 * iommufd private-gmem-is-mapped.
 */
TEST_F(dma_gmem, private_gmem_is_not_mapped)
{
	int fd = gmem_create(self->vm, SIZE, GUEST_MEMFD_FLAG_MMAP);
	char *hva = gmem_mmap(fd, 0, SIZE);

	ASSERT_OK(__ioas_map(&self->ioas, IOVA, hva, SIZE));
	EXPECT_ERRNO(EFAULT, __iommufd_mock_attach(&self->mock, &self->ioas));
	ioas_unmap(&self->ioas, IOVA, SIZE);
	iommufd_mock_attach(&self->mock, &self->ioas);
	EXPECT_ERRNO(EFAULT, __ioas_map(&self->ioas, IOVA, hva, SIZE));
	EXPECT_ERRNO(ENOENT, __ioas_unmap(&self->ioas, IOVA, SIZE));
	munmap(hva, SIZE);
	close(fd);
}

/*
 * DMA-4: by descriptor only a memfd can be mapped. A guest_memfd is noticed late: the
 * mapping is taken while there is no device, and then no device can be attached. Red:
 * mutant iommufd gmem-by-descriptor-errno.
 */
TEST_F(dma_gmem, gmem_is_not_mapped_by_descriptor)
{
	int fd = gmem_shared(self->vm);

	ASSERT_OK(__ioas_map_file(&self->ioas, IOVA, fd, 0, SIZE));
	EXPECT_ERRNO(EINVAL, __iommufd_mock_attach(&self->mock, &self->ioas));
	ioas_unmap(&self->ioas, IOVA, SIZE);
	iommufd_mock_attach(&self->mock, &self->ioas);
	EXPECT_ERRNO(EINVAL, __ioas_map_file(&self->ioas, IOVA, fd, 0, SIZE));
	EXPECT_ERRNO(ENOENT, __ioas_unmap(&self->ioas, IOVA, SIZE));
	close(fd);
}

/*
 * DMA-4: what the shared side of a VM may be instead, from any of its pages on. Red: mutant
 * iommufd file-offset-ignored.
 */
TEST_F(dma_gmem, memfd_is_mapped_by_descriptor)
{
	int fd = syscall(SYS_memfd_create, "kvm-gmem-dma", MFD_CLOEXEC);
	char *hva;

	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, ftruncate(fd, SIZE));
	hva = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, hva);
	iommufd_mock_attach(&self->mock, &self->ioas);
	ASSERT_OK(__ioas_map_file(&self->ioas, IOVA, fd, PAGE_SIZE, SIZE - PAGE_SIZE));
	EXPECT_OK(__iommufd_mock_check_map(&self->mock, IOVA, hva + PAGE_SIZE, SIZE - PAGE_SIZE));
	EXPECT_OK(__iommufd_mock_check_pins(&self->ioas, hva, PAGE_SIZE, 0));
	munmap(hva, SIZE);
	close(fd);
}

static void drop_capability(int cap)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	FAIL_UNLESS(!syscall(SYS_capget, &head, data), "capget: %s", errno_name(errno));
	data[cap / 32].effective &= ~(1U << cap % 32);
	FAIL_UNLESS(!syscall(SYS_capset, &head, data), "capset: %s", errno_name(errno));
}

/*
 * DMA-4: without CAP_IPC_LOCK pinned pages are limited by RLIMIT_MEMLOCK, to the page;
 * a mapping beyond leaves nothing behind, and what is unmapped counts no more. Red: mutants
 * iommufd no-memlock-limit, unmap-nothing.
 */
TEST_F(dma_gmem, pinning_is_limited_by_memlock)
{
	struct rlimit two_pages = { 2 * PAGE_SIZE, RLIM_INFINITY };
	int fd = gmem_shared(self->vm);
	char *hva = gmem_mmap(fd, 0, SIZE);

	iommufd_mock_attach(&self->mock, &self->ioas);
	drop_capability(CAP_IPC_LOCK);
	ASSERT_EQ(0, setrlimit(RLIMIT_MEMLOCK, &two_pages));
	EXPECT_ERRNO(ENOMEM, __ioas_map(&self->ioas, IOVA, hva, 3 * PAGE_SIZE));
	EXPECT_OK(__iommufd_mock_check_pins(&self->ioas, hva, SIZE, 0));
	EXPECT_OK(__ioas_map(&self->ioas, IOVA, hva, 2 * PAGE_SIZE));
	EXPECT_ERRNO(ENOMEM, __ioas_map(&self->ioas, IOVA + 2 * PAGE_SIZE, hva + 2 * PAGE_SIZE,
					PAGE_SIZE));
	ioas_unmap(&self->ioas, IOVA, 2 * PAGE_SIZE);
	EXPECT_OK(__ioas_map(&self->ioas, IOVA + 2 * PAGE_SIZE, hva + 2 * PAGE_SIZE, PAGE_SIZE));
	munmap(hva, SIZE);
	close(fd);
}

GMEM_TEST_MAIN
