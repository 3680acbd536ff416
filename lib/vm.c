// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <unistd.h>

#include "arch.h"
#include "fail.h"
#include "guest_image.h"
#include "kvm_dev.h"
#include "memslot.h"
#include "vcpu.h"
#include "vm.h"

int __vm_create_fd(unsigned long type)
{
	int dev = __kvm_dev_fd();

	if (dev < 0)
		return dev;
	return kvm_ioctl(dev, KVM_CREATE_VM, (void *)type);
}

struct vm *vm_create_bare(unsigned long type)
{
	struct vm *vm = calloc(1, sizeof(*vm));

	FAIL_UNLESS(vm, "out of memory");
	vm->type = type;
	vm->fd = MUST(__vm_create_fd(type));
	vm->next_slot_id = 1;	/* 0 is the guest image's */
	return vm;
}

struct vm *vm_create(unsigned long type)
{
	struct vm *vm = vm_create_bare(type);

	vm->image = guest_image_add(vm);
	arch_vm_setup(vm);
	return vm;
}

void vm_free(struct vm *vm)
{
	int i;

	if (!vm)
		return;
	for (i = 0; i < VM_MAX_VCPUS; i++)
		vcpu_free(vm->vcpus[i]);
	/*
	 * Destroying the VM drops every slot at once: deleting them one by one
	 * would only wait for a grace period each. Memory goes afterwards, so
	 * that no slot ever points at somebody else's mapping.
	 */
	close(vm->fd);
	while (vm->slots)
		memslot_release(vm->slots);
	guest_image_free(vm->image);
	free(vm);
}

int vm_ioctl(struct vm *vm, unsigned long request, void *arg)
{
	return kvm_ioctl(vm->fd, request, arg);
}

int vm_cap(struct vm *vm, unsigned int cap)
{
	int ret = vm_ioctl(vm, KVM_CHECK_EXTENSION, (void *)(unsigned long)cap);

	return ret < 0 ? 0 : ret;
}

int __vm_enable_cap(struct vm *vm, u32 cap, u64 arg)
{
	struct kvm_enable_cap ec = { .cap = cap, .args[0] = arg };

	return vm_ioctl(vm, KVM_ENABLE_CAP, &ec);
}

void vm_enable_cap(struct vm *vm, u32 cap, u64 arg)
{
	int ret = __vm_enable_cap(vm, cap, arg);

	FAIL_UNLESS(!ret, "KVM_ENABLE_CAP %u, args[0] %#llx: %s", cap, arg, errno_name(-ret));
}

long vm_private_type(void)
{
	long type = arch_private_vm_type();

	return type >= 0 && kvm_vm_types() & BIT_ULL(type) ? type : -1;
}
