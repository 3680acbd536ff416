// SPDX-License-Identifier: GPL-2.0
/*
 * What this host's KVM can do, as key=value lines for run_tests.sh: probed by
 * asking and by trying, never by the presence of a device node. Exit 0 when
 * private memory can be tested here, else 4 with a reason= line.
 *
 * A vCPU is run only where the answer depends on it: a host without private
 * memory is left alone.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "kvm_dev.h"
#include "vcpu.h"
#include "vm.h"

#define PROBE_OK	0
#define PROBE_NO	4

/* Whether a vCPU of the default type runs the suite's guests. */
static u64 guest_nop(void)
{
	return 42;
}

static int probe_guest(void)
{
	struct vm *vm = vm_create(VM_TYPE_DEFAULT);
	struct vcpu *vcpu;
	struct vm_exit exit;
	int err;

	vcpu = __vcpu_create(vm, &err);
	if (!vcpu)
		return err;
	vcpu_call(vcpu, guest_nop);
	exit = vcpu_run(vcpu);
	vm_free(vm);
	return vm_exit_is_done(&exit) && exit.uc.ret == 42 ? 0 : -EIO;
}

int main(void)
{
	bool have_private = vm_private_type() >= 0;
	int dev = __kvm_dev_fd(), guest;
	const char *reason = NULL;

	printf("kvm=%d\n", dev >= 0);
	printf("guest_memfd=%d\n", kvm_cap(KVM_CAP_GUEST_MEMFD));
	printf("guest_memfd_flags=%d\n", kvm_cap(KVM_CAP_GUEST_MEMFD_FLAGS));
	printf("memory_attributes=%d\n", kvm_cap(KVM_CAP_MEMORY_ATTRIBUTES));
	printf("pre_fault=%d\n", kvm_cap(KVM_CAP_PRE_FAULT_MEMORY));
	printf("vm_types=%#llx\n", kvm_vm_types());
	printf("sw_protected_vm=%d\n", have_private);
	fflush(stdout);

	if (dev < 0) {
		reason = dev == -EACCES ? "no permission to open /dev/kvm" : "no usable /dev/kvm";
	} else if (!have_private) {
		reason = "KVM has no VM type with private memory";
	} else {
		guest = probe_guest();
		printf("long_mode_vcpu=%d\n", guest == 0);
		if (guest)
			reason = "KVM does not run a flat 64-bit vCPU";
	}
	if (!reason)
		return PROBE_OK;
	printf("reason=%s\n", reason);
	return PROBE_NO;
}
