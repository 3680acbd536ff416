// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arch.h"
#include "fail.h"
#include "guest_image.h"
#include "kvm_dev.h"
#include "vcpu.h"
#include "vm.h"

static u64 stack_top(struct vcpu *vcpu)
{
	return vcpu->area_gpa + VCPU_AREA_SIZE;
}

static int map_run(struct vcpu *vcpu)
{
	vcpu->run_size = MUST(kvm_ioctl(kvm_dev_fd(), KVM_GET_VCPU_MMAP_SIZE, NULL));
	vcpu->run = mmap(NULL, vcpu->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	return vcpu->run == MAP_FAILED ? -errno : 0;
}

static int free_index(struct vm *vm)
{
	int i;

	for (i = 0; i < VM_MAX_VCPUS; i++)
		if (!vm->vcpus[i])
			return i;
	FAIL("a VM has at most %d vCPUs here", VM_MAX_VCPUS);
}

struct vcpu *__vcpu_create(struct vm *vm, int *err)
{
	struct vcpu *vcpu = calloc(1, sizeof(*vcpu));

	FAIL_UNLESS(vcpu, "out of memory");
	vcpu->vm = vm;
	vcpu->index = free_index(vm);
	vcpu->idle = true;
	vcpu->fd = vm_ioctl(vm, KVM_CREATE_VCPU, (void *)(unsigned long)vcpu->index);
	*err = vcpu->fd < 0 ? vcpu->fd : 0;
	if (*err)
		goto out_free;
	*err = map_run(vcpu);
	if (*err)
		goto out_close;

	vcpu->area_gpa = guest_image_vcpu_area(vm, vcpu->index);
	vcpu->area = guest_image_hva(vm, vcpu->area_gpa);
	vcpu->area->index = vcpu->index;
	*err = __arch_vcpu_setup(vcpu, stack_top(vcpu));
	if (*err)
		goto out_unmap;
	vm->vcpus[vcpu->index] = vcpu;
	return vcpu;

out_unmap:
	munmap(vcpu->run, vcpu->run_size);
out_close:
	close(vcpu->fd);
out_free:
	free(vcpu);
	return NULL;
}

struct vcpu *vcpu_create(struct vm *vm)
{
	struct vcpu *vcpu;
	int err;

	vcpu = __vcpu_create(vm, &err);
	FAIL_UNLESS(vcpu, "create a vCPU: %s", errno_name(-err));
	return vcpu;
}

void vcpu_free(struct vcpu *vcpu)
{
	if (!vcpu)
		return;
	vcpu->vm->vcpus[vcpu->index] = NULL;
	munmap(vcpu->run, vcpu->run_size);
	close(vcpu->fd);
	free(vcpu);
}

int vcpu_ioctl(struct vcpu *vcpu, unsigned long request, void *arg)
{
	return kvm_ioctl(vcpu->fd, request, arg);
}

/*
 * Let KVM apply what userspace owes it for the last exit (the result of a
 * hypercall, the bytes of a read): it would do so on the next entry, to the
 * registers of the next call. An access may consist of several exits.
 */
static void complete_last_exit(struct vcpu *vcpu)
{
	int ret;

	vcpu->run->immediate_exit = 1;
	do {
		ret = vcpu_ioctl(vcpu, KVM_RUN, NULL);
	} while (!ret);
	vcpu->run->immediate_exit = 0;
}

void __vcpu_call(struct vcpu *vcpu, guest_fn fn, const u64 *args, int nr_args)
{
	int i;

	FAIL_UNLESS(nr_args <= UCALL_MAX_ARGS, "%d arguments for a guest function", nr_args);
	if (!vcpu->idle) {
		complete_last_exit(vcpu);
		arch_vcpu_restart(vcpu, stack_top(vcpu));
	}
	vcpu->area->fn = fn;
	for (i = 0; i < nr_args; i++)
		vcpu->area->fn_args[i] = args[i];
	vcpu->idle = false;
}

/* Whether userspace owes KVM nothing for the last exit in kvm_run's union. */
static bool union_is_free(u32 reason)
{
	switch (reason) {
	case KVM_EXIT_UNKNOWN:	/* never ran */
	case VM_EXIT_POISON:
	case KVM_EXIT_IO:	/* its data is outside of the union */
	case KVM_EXIT_HLT:
	case KVM_EXIT_INTR:
	case KVM_EXIT_SHUTDOWN:
	case KVM_EXIT_MEMORY_FAULT:
		return true;
	default:		/* e.g. the bytes of an MMIO read, a hypercall's result */
		return false;
	}
}

static void poison_run(struct kvm_run *run)
{
	if (union_is_free(run->exit_reason)) {
		run->memory_fault.flags = VM_EXIT_POISON64;
		run->memory_fault.gpa = VM_EXIT_POISON64;
		run->memory_fault.size = VM_EXIT_POISON64;
	}
	run->exit_reason = VM_EXIT_POISON;
}

static void print_guest_text(const struct vcpu *vcpu)
{
	fflush(stdout);
	fprintf(stderr, "# guest: vCPU %d: %.*s\n", vcpu->index, UCALL_TEXT_SIZE,
		vcpu->area->uc.text);
}

struct vm_exit vcpu_run(struct vcpu *vcpu)
{
	struct vm_exit exit;
	int ret;

	do {
		poison_run(vcpu->run);
		vcpu->area->uc.cmd = UCALL_NONE;
		ret = vcpu_ioctl(vcpu, KVM_RUN, NULL);
		exit = vm_exit_decode(ret, vcpu->run, vcpu->area, vcpu->index);
		if (exit.ucall == UCALL_PRINTF)
			print_guest_text(vcpu);
	} while (exit.ucall == UCALL_PRINTF);

	vcpu->idle = exit.ucall == UCALL_DONE;
	return exit;
}

u64 vcpu_run_done(struct vcpu *vcpu)
{
	struct vm_exit exit = vcpu_run(vcpu);

	FAIL_UNLESS(vm_exit_is_done(&exit), "the guest function did not return: %s",
		    vm_exit_str(&exit));
	return exit.uc.ret;
}
