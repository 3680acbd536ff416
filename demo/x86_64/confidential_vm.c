// SPDX-License-Identifier: GPL-2.0
/*
 * confidential_vm [--trace]: the tiny VM of vmm/tiny_vm.h, from power-on to the end.
 * Memory starts private; the guest shows the host two pages and takes them back. Read
 * vmm/x86_64/tiny_guest.c beside the timeline.
 */
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "kvm_dev.h"
#include "vm.h"
#include "vmm/tiny_vm.h"
#include "vmm/vmm_trace.h"

static void doorbell(struct tiny_vm *t, enum tiny_doorbell why, u64 gpa, void *hva)
{
	(void)t;
	FAIL_UNLESS(why == TINY_HELLO, "doorbell %d", why);
	printf("the guest's message at %#llx begins with %#llx\n", gpa, *(u64 *)hva);
	tiny_vm_answer(hva);
}

int main(int argc, char **argv)
{
	struct vm_exit exit;
	struct tiny_vm t;

	vmm_trace_on = argc == 2 && !strcmp(argv[1], "--trace");
	if (argc > 2 || (argc == 2 && !vmm_trace_on)) {
		fprintf(stderr, "usage: confidential_vm [--trace]\n");
		return 2;
	}
	FAIL_UNLESS(vm_private_type() >= 0, "this KVM has no VM type with private memory");
	tiny_vm_create(&t);
	t.doorbell = doorbell;
	exit = tiny_vm_run(&t, false);
	FAIL_UNLESS(vm_exit_is_done(&exit), "%s", vm_exit_str(&exit));
	tiny_vm_print(&t);
	tiny_vm_free(&t);
	return 0;
}
