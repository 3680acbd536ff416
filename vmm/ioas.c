// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/iommufd.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fail.h"
#include "vmm/ioas.h"
#include "vmm/vmm_trace.h"

#define DEV_IOMMU	"/dev/iommu"
#define MAP_FLAGS	(IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_WRITEABLE | \
			 IOMMU_IOAS_MAP_READABLE)

bool ioas_available(void)
{
	return !access(DEV_IOMMU, R_OK | W_OK);
}

int ioas_ioctl(const struct ioas *ioas, unsigned long request, void *arg)
{
	int ret = ioctl(ioas->fd, request, arg);

	return ret < 0 ? -errno : ret;
}

void ioas_open(struct ioas *ioas)
{
	struct iommu_ioas_alloc cmd = { .size = sizeof(cmd) };

	*ioas = (struct ioas){ .fd = open(DEV_IOMMU, O_RDWR | O_CLOEXEC) };
	FAIL_UNLESS(ioas->fd >= 0, "open " DEV_IOMMU ": %s", errno_name(errno));
	MUST(ioas_ioctl(ioas, IOMMU_IOAS_ALLOC, &cmd));
	ioas->id = cmd.out_ioas_id;
}

void ioas_close(struct ioas *ioas)
{
	if (ioas->id)
		close(ioas->fd);
	ioas->id = 0;
}

static int map_done(struct ioas *ioas, u64 iova, u64 size, int ret)
{
	vmm_trace("iommu  map          [%#llx, +%#llx)%s%s", iova, size, ret ? ": " : "",
		  ret ? errno_name(-ret) : "");
	ioas->nr_map_calls += !ret;
	return ret;
}

static s64 unmap_done(struct ioas *ioas, u64 iova, u64 size, int ret, u64 unmapped)
{
	vmm_trace("iommu  unmap        [%#llx, +%#llx)%s%s", iova, size, ret ? ": " : "",
		  ret ? errno_name(-ret) : "");
	ioas->nr_unmap_calls += !ret;
	return ret ? ret : (s64)unmapped;
}

int __ioas_map(struct ioas *ioas, u64 iova, const void *hva, u64 size)
{
	struct iommu_ioas_map cmd = {
		.size = sizeof(cmd),
		.flags = MAP_FLAGS,
		.ioas_id = ioas->id,
		.user_va = (u64)(unsigned long)hva,
		.length = size,
		.iova = iova,
	};

	return map_done(ioas, iova, size, ioas_ioctl(ioas, IOMMU_IOAS_MAP, &cmd));
}

void ioas_map(struct ioas *ioas, u64 iova, const void *hva, u64 size)
{
	MUST(__ioas_map(ioas, iova, hva, size));
}

int __ioas_map_file(struct ioas *ioas, u64 iova, int fd, u64 offset, u64 size)
{
	struct iommu_ioas_map_file cmd = {
		.size = sizeof(cmd),
		.flags = MAP_FLAGS,
		.ioas_id = ioas->id,
		.fd = fd,
		.start = offset,
		.length = size,
		.iova = iova,
	};

	return map_done(ioas, iova, size, ioas_ioctl(ioas, IOMMU_IOAS_MAP_FILE, &cmd));
}

s64 __ioas_unmap(struct ioas *ioas, u64 iova, u64 size)
{
	struct iommu_ioas_unmap cmd = {
		.size = sizeof(cmd),
		.ioas_id = ioas->id,
		.iova = iova,
		.length = size,
	};
	int ret = ioas_ioctl(ioas, IOMMU_IOAS_UNMAP, &cmd);

	return unmap_done(ioas, iova, size, ret, cmd.length);
}

void ioas_unmap(struct ioas *ioas, u64 iova, u64 size)
{
	MUST(__ioas_unmap(ioas, iova, size));
}

void ioas_compat_open(struct ioas *ioas, unsigned long type)
{
	struct iommu_vfio_ioas cmd = {
		.size = sizeof(cmd),
		.op = IOMMU_VFIO_IOAS_SET,
	};

	ioas_open(ioas);
	cmd.ioas_id = ioas->id;
	MUST(ioas_ioctl(ioas, IOMMU_VFIO_IOAS, &cmd));
	MUST(ioas_ioctl(ioas, VFIO_SET_IOMMU, (void *)type));
}

int __ioas_compat_map(struct ioas *ioas, u64 iova, const void *hva, u64 size)
{
	struct vfio_iommu_type1_dma_map cmd = {
		.argsz = sizeof(cmd),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (u64)(unsigned long)hva,
		.iova = iova,
		.size = size,
	};

	return map_done(ioas, iova, size, ioas_ioctl(ioas, VFIO_IOMMU_MAP_DMA, &cmd));
}

s64 __ioas_compat_unmap(struct ioas *ioas, u64 iova, u64 size)
{
	struct vfio_iommu_type1_dma_unmap cmd = {
		.argsz = sizeof(cmd),
		.iova = iova,
		.size = size,
	};
	int ret = ioas_ioctl(ioas, VFIO_IOMMU_UNMAP_DMA, &cmd);

	return unmap_done(ioas, iova, size, ret, cmd.size);
}
