// SPDX-License-Identifier: GPL-2.0
#include <linux/vfio.h>

#include "vm.h"
#include "vmm/mock_rig.h"

void mock_rig_open(struct mock_rig *r, struct vm *vm, u64 gpa, u64 size, enum backing_kind kind,
		   enum ioas_style style)
{
	*r = (struct mock_rig){ .vm = vm, .style = style };
	r->block = ram_block_create(vm, "ram", gpa, size, kind, 0);
	if (style == IOAS_COMPAT)
		ioas_compat_open(&r->ioas, VFIO_TYPE1_IOMMU);
	else
		ioas_open(&r->ioas);
	iommufd_mock_attach(&r->mock, &r->ioas);
}

void mock_rig_follow(struct mock_rig *r, u64 offset, u64 size)
{
	ioas_listener_add(&r->listener, r->block, offset, size, &r->ioas, r->style);
}

void mock_rig_close(struct mock_rig *r)
{
	ioas_listener_remove(&r->listener);
	ioas_close(&r->ioas);
	vm_free(r->vm);
	ram_block_free(r->block);
}
