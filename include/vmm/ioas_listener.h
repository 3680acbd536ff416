/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keeps an I/O address space in step with a RAM block: what is shared is mapped at
 * its guest-physical address, what is private is not. A listener of ram_discard.h,
 * in three styles, since the kernel unmaps only what was mapped as a whole:
 *
 *   pagewise   one mapping for each page. Any range can go with one call, and no
 *              other page is ever touched. Costs a call and an object for each page.
 *   coalesced  one mapping for each run. If part of a mapping goes, all of it is
 *              unmapped and the rest mapped again: *between the two, DMA to pages that
 *              stay shared faults*. Only for devices that are idle meanwhile.
 *   compat     VFIO's type 1 interface: one mapping for each run, which the kernel
 *              splits. The IOMMU's own entries are base pages always.
 *
 * Documentation/userspace-api/iommufd.rst; drivers/iommu/iommufd/io_pagetable.c,
 * iopt_unmap_iova_range() and iopt_cut_iova().
 */
#ifndef KVM_GMEM_VMM_IOAS_LISTENER_H
#define KVM_GMEM_VMM_IOAS_LISTENER_H

#include "vmm/ioas.h"
#include "vmm/ram_block.h"
#include "vmm/ram_discard.h"

enum ioas_style {
	IOAS_PAGEWISE,
	IOAS_COALESCED,
	IOAS_COMPAT,		/* the IOAS comes from ioas_compat_open() */
};

struct ioas_listener {
	struct ram_discard_listener listener;
	struct ram_block *block;
	struct ioas *ioas;
	enum ioas_style style;
	/* Of coalesced: bitmaps over the block's pages. */
	u64 *mapped;
	u64 *starts;		/* a mapping begins at this page */
};

/*
 * Map what is shared in [offset, offset + size) of the block and follow its
 * conversions: 0, or -errno of the mapping that failed and nothing is mapped.
 */
int __ioas_listener_add(struct ioas_listener *l, struct ram_block *block, u64 offset, u64 size,
			struct ioas *ioas, enum ioas_style style);
void ioas_listener_add(struct ioas_listener *l, struct ram_block *block, u64 offset, u64 size,
		       struct ioas *ioas, enum ioas_style style);

/* Unmap all and leave. Safe if it is all zeros. */
void ioas_listener_remove(struct ioas_listener *l);

#endif
