// SPDX-License-Identifier: GPL-2.0
/*
 * bench/vm_lifetime.c with the library of the kernel's own KVM selftests, to
 * compare with: built against that library by bench/compare.sh.
 */
#include <stdio.h>

#include "kvm_util.h"
#include "processor.h"
#include "test_util.h"
#include "ucall_common.h"

#define NR_ROUNDS	5

static unsigned long long read_counter(void)
{
	unsigned int low, high;

	asm volatile("lfence; rdtsc; lfence" : "=a"(low), "=d"(high) : : "memory");
	return (unsigned long long)high << 32 | low;
}

static void guest_code(void)
{
	GUEST_SYNC(1);
}

static void live_once(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vm_create_with_one_vcpu(&vcpu, guest_code);
	struct ucall uc;

	vcpu_run(vcpu);
	TEST_ASSERT(get_ucall(vcpu, &uc) == UCALL_SYNC, "no sync");
	kvm_vm_free(vm);
}

int main(void)
{
	int i;

	for (i = 0; i < NR_ROUNDS; i++) {
		unsigned long long start = read_counter();

		live_once();
		printf("vm_lifetime_peer %llu\n", read_counter() - start);
	}
	return 0;
}
