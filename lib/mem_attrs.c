// SPDX-License-Identifier: GPL-2.0
#include "fail.h"
#include "mem_attrs.h"
#include "vm.h"

int __mem_attrs_set(struct vm *vm, u64 gpa, u64 size, u64 attributes)
{
	struct kvm_memory_attributes attrs = {
		.address = gpa,
		.size = size,
		.attributes = attributes,
	};

	return vm_ioctl(vm, KVM_SET_MEMORY_ATTRIBUTES, &attrs);
}

static void set_or_fail(struct vm *vm, u64 gpa, u64 size, u64 attributes)
{
	int ret = __mem_attrs_set(vm, gpa, size, attributes);

	FAIL_UNLESS(!ret, "set gpa [%#llx, +%#llx) %s: %s", gpa, size,
		    attributes ? "private" : "shared", errno_name(-ret));
}

void mem_attrs_set_private(struct vm *vm, u64 gpa, u64 size)
{
	set_or_fail(vm, gpa, size, KVM_MEMORY_ATTRIBUTE_PRIVATE);
}

void mem_attrs_set_shared(struct vm *vm, u64 gpa, u64 size)
{
	set_or_fail(vm, gpa, size, 0);
}

u64 mem_attrs_supported(struct vm *vm)
{
	return vm_cap(vm, KVM_CAP_MEMORY_ATTRIBUTES);
}
