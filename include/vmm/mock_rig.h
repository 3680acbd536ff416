/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A RAM block of a VM, and an I/O address space with a mock device that can follow the
 * block's conversions in one of the styles: what tests and costs of following need.
 */
#ifndef KVM_GMEM_VMM_MOCK_RIG_H
#define KVM_GMEM_VMM_MOCK_RIG_H

#include "vmm/ioas_listener.h"
#include "vmm/iommufd_mock.h"

struct mock_rig {
	struct vm *vm;
	struct ram_block *block;
	struct ioas ioas;
	struct iommufd_mock mock;
	struct ioas_listener listener;
	enum ioas_style style;
};

/*
 * @vm becomes the rig's. The block is at @gpa, which the mock IOMMU must translate;
 * nothing is mapped yet. Ends the case on failure.
 */
void mock_rig_open(struct mock_rig *r, struct vm *vm, u64 gpa, u64 size, enum backing_kind kind,
		   enum ioas_style style);

/* Map what is shared in [offset, offset + size) of the block, and follow from now on. */
void mock_rig_follow(struct mock_rig *r, u64 offset, u64 size);

/* Safe if it is all zeros. */
void mock_rig_close(struct mock_rig *r);

#endif
