// SPDX-License-Identifier: GPL-2.0
/*
 * confidential_vm_dma [--trace]: the tiny VM of vmm/tiny_vm.h with an assigned device,
 * QEMU's edu (boot the VM's variation edu). What the guest shares the device can read
 * and write; what is private again it cannot, and the IOMMU says so.
 */
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "vm.h"
#include "vmm/edu.h"
#include "vmm/ioas_listener.h"
#include "vmm/tiny_vm.h"
#include "vmm/vmm_trace.h"

struct devices {
	struct ioas ioas;
	struct ioas_listener listener;
	struct edu edu;
};

static void doorbell(struct tiny_vm *t, enum tiny_doorbell why, u64 gpa, void *hva)
{
	struct devices *d = t->arg;
	u64 faults = iommu_fault_count();

	switch (why) {
	case TINY_HELLO:
		tiny_vm_answer(hva);
		return;
	case TINY_DEVICE_READ:
		edu_read(&d->edu, gpa, TINY_MESSAGE_SIZE);
		break;
	case TINY_DEVICE_WRITE:
		edu_write(&d->edu, gpa, TINY_MESSAGE_SIZE);
		break;
	default:
		edu_write(&d->edu, gpa, TINY_MESSAGE_SIZE);
		iommu_fault_expect(faults + 1);
		printf("the device's write to private memory at %#llx faulted\n", gpa);
		return;
	}
	iommu_fault_expect(faults);
}

int main(int argc, char **argv)
{
	struct devices d;
	struct vm_exit exit;
	struct tiny_vm t;

	vmm_trace_on = argc == 2 && !strcmp(argv[1], "--trace");
	if (argc > 2 || (argc == 2 && !vmm_trace_on)) {
		fprintf(stderr, "usage: confidential_vm_dma [--trace]\n");
		return 2;
	}
	FAIL_UNLESS(vm_private_type() >= 0, "this KVM has no VM type with private memory");
	FAIL_UNLESS(edu_count(), "no edu device with vfio-pci");
	tiny_vm_create(&t);
	ioas_open(&d.ioas);
	edu_open(&d.edu, 0, &d.ioas);
	ioas_listener_add(&d.listener, t.ram, 0, t.ram->size, &d.ioas, IOAS_PAGEWISE);
	t.doorbell = doorbell;
	t.arg = &d;
	exit = tiny_vm_run(&t, true);
	FAIL_UNLESS(vm_exit_is_done(&exit), "%s", vm_exit_str(&exit));
	tiny_vm_print(&t);
	printf("IOMMU: %llu map calls, %llu unmap calls\n", d.ioas.nr_map_calls,
	       d.ioas.nr_unmap_calls);
	edu_close(&d.edu);
	ioas_listener_remove(&d.listener);
	ioas_close(&d.ioas);
	tiny_vm_free(&t);
	return 0;
}
