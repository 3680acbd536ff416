// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/kvm_para.h>

#include "fail.h"
#include "vm.h"
#include "vmm/vmm.h"
#include "vmm/vmm_trace.h"

void vmm_init(struct vmm *vmm, struct vm *vm)
{
	*vmm = (struct vmm){ .vm = vm };
	vm_enable_cap(vm, KVM_CAP_EXIT_HYPERCALL, BIT_ULL(KVM_HC_MAP_GPA_RANGE));
}

void vmm_add_block(struct vmm *vmm, struct ram_block *b)
{
	FAIL_UNLESS(vmm->nr_blocks < VMM_MAX_BLOCKS, "too many RAM blocks");
	vmm->blocks[vmm->nr_blocks++] = b;
}

struct ram_block *vmm_find_block(const struct vmm *vmm, u64 gpa)
{
	int i;

	for (i = 0; i < vmm->nr_blocks; i++)
		if (ram_block_contains(vmm->blocks[i], gpa))
			return vmm->blocks[i];
	return NULL;
}

/* The block checks that the range does not leave it. */
static int convert(struct vmm *vmm, u64 gpa, u64 size, bool private)
{
	struct ram_block *b = vmm_find_block(vmm, gpa);
	int ret;

	if (!b)
		return -EINVAL;
	if (vmm->before)
		vmm->before(vmm, gpa, size, private);
	ret = __ram_block_convert(b, gpa, size, private);
	if (vmm->after)
		vmm->after(vmm, gpa, size, private);
	return ret;
}

static bool handle_hypercall(struct vmm *vmm, struct vcpu *vcpu, const struct vm_exit *exit)
{
	u64 gpa = exit->hypercall.args[0], nr_pages = exit->hypercall.args[1];
	bool private = exit->hypercall.args[2] & KVM_MAP_GPA_RANGE_ENCRYPTED;
	int ret = -EINVAL;

	if (exit->hypercall.nr != KVM_HC_MAP_GPA_RANGE)
		return false;
	vmm->nr_hypercalls++;
	vmm_trace("guest  asks         [%#llx, +%llu pages) for %s", gpa, nr_pages,
		  private ? "private" : "shared");
	/* KVM lets through sizes that overflow in bytes. */
	if (nr_pages <= ~0ULL / PAGE_SIZE)
		ret = convert(vmm, gpa, nr_pages * PAGE_SIZE, private);
	vcpu->run->hypercall.ret = ret;
	return true;
}

static bool handle_memory_fault(struct vmm *vmm, const struct vm_exit *exit)
{
	u64 gpa = exit->memory_fault.gpa, size = exit->memory_fault.size;
	bool private = exit->memory_fault.flags & KVM_MEMORY_EXIT_FLAG_PRIVATE;
	struct ram_block *b = vmm_find_block(vmm, gpa);

	vmm->nr_memory_faults++;
	vmm_trace("guest  faults at    [%#llx, +%#llx) as %s", gpa, size,
		  private ? "private" : "shared");
	if (!b || ram_block_is_shared(b, gpa) != private)
		return false;
	return !convert(vmm, gpa, size, private);
}

bool vmm_handle_exit(struct vmm *vmm, struct vcpu *vcpu, const struct vm_exit *exit)
{
	if (!exit->ret && exit->reason == KVM_EXIT_HYPERCALL)
		return handle_hypercall(vmm, vcpu, exit);
	if (exit->ret == -EFAULT && exit->reason == KVM_EXIT_MEMORY_FAULT)
		return handle_memory_fault(vmm, exit);
	return false;
}

struct vm_exit vmm_run(struct vmm *vmm, struct vcpu *vcpu)
{
	struct vm_exit exit;

	do {
		exit = vcpu_run(vcpu);
	} while (vmm_handle_exit(vmm, vcpu, &exit));
	return exit;
}
