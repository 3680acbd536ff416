// SPDX-License-Identifier: GPL-2.0
/*
 * What it costs to create a VM with one vCPU, take its first ucall, and free
 * it. Each line is one round: the counter's difference.
 */
#include <stdio.h>

#include "fail.h"
#include "vcpu.h"
#include "vm.h"

#define NR_ROUNDS	5

static void guest_hello(void)
{
	GUEST_SYNC(1);
}

static void live_once(void)
{
	struct vm *vm = vm_create(VM_TYPE_DEFAULT);
	struct vcpu *vcpu = vcpu_create(vm);
	struct vm_exit exit;

	vcpu_call(vcpu, guest_hello);
	exit = vcpu_run(vcpu);
	FAIL_UNLESS(exit.ucall == UCALL_SYNC, "%s", vm_exit_str(&exit));
	vm_free(vm);
}

int main(void)
{
	int i;

	for (i = 0; i < NR_ROUNDS; i++) {
		u64 start = arch_read_counter();

		live_once();
		printf("vm_lifetime %llu\n", arch_read_counter() - start);
	}
	return 0;
}
