// SPDX-License-Identifier: GPL-2.0
#include "fail.h"
#include "kvm_compat.h"
#include "pre_fault.h"
#include "vcpu.h"

int __vcpu_pre_fault(struct vcpu *vcpu, u64 *gpa, u64 *size)
{
	struct kvm_pre_fault_memory range = { .gpa = *gpa, .size = *size };
	int ret = vcpu_ioctl(vcpu, KVM_PRE_FAULT_MEMORY, &range);

	*gpa = range.gpa;
	*size = range.size;
	return ret;
}

void vcpu_pre_fault(struct vcpu *vcpu, u64 gpa, u64 size)
{
	u64 left;
	int ret;

	while (size) {
		left = size;
		ret = __vcpu_pre_fault(vcpu, &gpa, &size);
		FAIL_UNLESS(!ret, "pre-fault gpa [%#llx, +%#llx): %s", gpa, size,
			    errno_name(-ret));
		FAIL_UNLESS(size < left, "pre-fault gpa %#llx: success without progress", gpa);
	}
}
