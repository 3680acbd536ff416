/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An I/O address space of iommufd: what devices see at which address. Addresses and
 * sizes are in bytes. Documentation/userspace-api/iommufd.rst;
 * include/uapi/linux/iommufd.h.
 *
 * Mapping pins the memory at once if a device is attached. Without CAP_IPC_LOCK the
 * pinned pages count against RLIMIT_MEMLOCK.
 */
#ifndef KVM_GMEM_VMM_IOAS_H
#define KVM_GMEM_VMM_IOAS_H

#include "types.h"

struct ioas {
	int fd;			/* of /dev/iommu; ioctls of devices need it */
	u32 id;
	u64 nr_map_calls;	/* ioctls that succeeded */
	u64 nr_unmap_calls;
};

/* For REQUIRE(). */
bool ioas_available(void);

/* A new one with a descriptor of its own. Ends the case on failure. */
void ioas_open(struct ioas *ioas);
/* Everything goes with it. Safe if it is all zeros. */
void ioas_close(struct ioas *ioas);

/* An ioctl on the descriptor: >= 0 or -errno. */
int ioas_ioctl(const struct ioas *ioas, unsigned long request, void *arg);

/*
 * IOMMU_IOAS_MAP of [hva, hva + size) at @iova, for reading and writing: 0 or -errno.
 *   -EEXIST  something is mapped there,
 *   -EFAULT  the memory cannot be pinned,
 *   -ENOMEM  out of memory, or beyond RLIMIT_MEMLOCK.
 */
int __ioas_map(struct ioas *ioas, u64 iova, const void *hva, u64 size);
void ioas_map(struct ioas *ioas, u64 iova, const void *hva, u64 size);

/* IOMMU_IOAS_MAP_FILE of @size bytes at @offset of a file. */
int __ioas_map_file(struct ioas *ioas, u64 iova, int fd, u64 offset, u64 size);

/*
 * IOMMU_IOAS_UNMAP: the mappings that lie in the range go. The number of bytes that
 * they had, or -errno; then mappings up to the one that failed may be gone.
 *   -ENOENT  nothing is mapped there, or a mapping crosses an end of the range: the
 *            kernel does not split.
 */
s64 __ioas_unmap(struct ioas *ioas, u64 iova, u64 size);
void ioas_unmap(struct ioas *ioas, u64 iova, u64 size);

/*
 * The same memory through the ioctls of VFIO's type 1 container, which iommufd
 * understands: @type is VFIO_TYPE1_IOMMU, whose mappings consist of base pages and are
 * split where an unmap wants it, or VFIO_TYPE1v2_IOMMU, which does not split. To be
 * chosen before anything is mapped. include/uapi/linux/vfio.h
 */
void ioas_compat_open(struct ioas *ioas, unsigned long type);
int __ioas_compat_map(struct ioas *ioas, u64 iova, const void *hva, u64 size);
s64 __ioas_compat_unmap(struct ioas *ioas, u64 iova, u64 size);

#endif
