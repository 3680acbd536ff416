/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device and an IOMMU that exist in the kernel's imagination only (CONFIG_IOMMUFD_TEST):
 * they map and pin like real ones, and can be asked what they have mapped.
 *
 * The interface is no UAPI: what is needed of it is declared in iommufd_mock.c, from
 * drivers/iommu/iommufd/iommufd_test.h. Addresses and sizes are in bytes.
 */
#ifndef KVM_GMEM_VMM_IOMMUFD_MOCK_H
#define KVM_GMEM_VMM_IOMMUFD_MOCK_H

#include "types.h"
#include "vmm/ioas.h"

/* The first address that the mock IOMMU translates; up to 2G it does. */
#define MOCK_IOVA_START		BIT_ULL(24)

struct iommufd_mock {
	const struct ioas *ioas;
	u32 device_id;
	u32 hwpt_id;		/* of the domain that was made for the IOAS */
	int access_fd;
};

/* Whether the kernel has it. For REQUIRE(). */
bool iommufd_mock_available(void);

/* Attach a mock device to the IOAS, which it leaves when that is closed: 0 or -errno. */
int __iommufd_mock_attach(struct iommufd_mock *m, const struct ioas *ioas);
void iommufd_mock_attach(struct iommufd_mock *m, const struct ioas *ioas);

/*
 * Whether the domain maps each page of [iova, iova + size) to the page that is at @hva
 * now: 0, or -EINVAL if any is not mapped or to another page. Populates @hva.
 */
int __iommufd_mock_check_map(const struct iommufd_mock *m, u64 iova, const void *hva, u64 size);

/* Whether each page at @hva is pinned @nr times: 0 or -EIO. Base pages only; populates. */
int __iommufd_mock_check_pins(const struct ioas *ioas, const void *hva, u64 size, u32 nr);

/*
 * A kernel driver's access to what is mapped: 0 or -errno, -ENOENT if a byte of the
 * range is not mapped. It goes to the pages that are pinned for the IOMMU, as a
 * device's would, where the range has two or more pages of one mapping; for less than
 * that the kernel takes a shortcut by way of the process's page tables.
 */
int __iommufd_mock_read(const struct iommufd_mock *m, u64 iova, void *buf, u64 size);
int __iommufd_mock_write(const struct iommufd_mock *m, u64 iova, const void *buf, u64 size);

/*
 * iommufd's points of failure for tests, which fail_slab_arm_nth() counts like allocations,
 * print a stack each: no more. Needs debugfs; that stays so.
 */
void iommufd_mock_fail_quietly(void);

#endif
