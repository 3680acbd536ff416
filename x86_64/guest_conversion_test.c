// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that converts its own memory: it asks by KVM_HC_MAP_GPA_RANGE,
 * userspace sets the attributes. This is how a software-protected VM does it,
 * since its accesses follow the attributes and never contradict them.
 */
#include <linux/kvm_para.h>

#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "page_pattern.h"
#include "vcpu.h"
#include "vcpu_thread.h"
#include "vm.h"
#include "x86.h"

#define PAGES_PER_VCPU	8
#define MAX_VCPUS	4
#define NR_ROUNDS	4

FIXTURE(guest_conversion)
{
	struct vm *vm;
	struct memslot *slot;
	struct vcpu *vcpus[MAX_VCPUS];
};

FIXTURE_VARIANT(guest_conversion)
{
	int nr_vcpus;
};

FIXTURE_VARIANT_ADD(guest_conversion, one_vcpu) { .nr_vcpus = 1 };
FIXTURE_VARIANT_ADD(guest_conversion, two_vcpus) { .nr_vcpus = 2 };
FIXTURE_VARIANT_ADD(guest_conversion, four_vcpus) { .nr_vcpus = 4 };

FIXTURE_SETUP(guest_conversion)
{
	int i;

	REQUIRE(kvm_cap(KVM_CAP_EXIT_HYPERCALL), "no exits for hypercalls");
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	vm_enable_cap(self->vm, KVM_CAP_EXIT_HYPERCALL, BIT_ULL(KVM_HC_MAP_GPA_RANGE));
	self->slot = memslot_add(self->vm, TEST_GPA,
				 variant->nr_vcpus * PAGES_PER_VCPU * PAGE_SIZE, MEMSLOT_GMEM);
	for (i = 0; i < variant->nr_vcpus; i++)
		self->vcpus[i] = vcpu_create(self->vm);
}

FIXTURE_TEARDOWN(guest_conversion)
{
	vm_free(self->vm);
}

/* A vCPU's own pages. */
static u64 area_gpa(int vcpu)
{
	return TEST_GPA + vcpu * PAGES_PER_VCPU * PAGE_SIZE;
}

/* Both sides of each page keep what was last written to them. */
static void guest_convert_rounds(u64 gpa, u64 size)
{
	u64 nr_pages = size / PAGE_SIZE, round;

	guest_fill_pages(gpa, nr_pages, PAGE_SHARED, 0);
	for (round = 1; round <= NR_ROUNDS; round++) {
		GUEST_ASSERT_EQ(0, guest_map_gpa_range(gpa, size, true));
		if (round == 1)
			guest_check_zero(gpa, nr_pages);
		else
			guest_check_pages(gpa, nr_pages, PAGE_PRIVATE, round - 1);
		guest_fill_pages(gpa, nr_pages, PAGE_PRIVATE, round);

		GUEST_ASSERT_EQ(0, guest_map_gpa_range(gpa, size, false));
		guest_check_pages(gpa, nr_pages, PAGE_SHARED, round - 1);
		guest_fill_pages(gpa, nr_pages, PAGE_SHARED, round);
	}
}

/* What answers one vCPU's calls. */
struct server {
	pthread_t thread;
	struct vcpu *vcpu;
	struct barrier *start;
	struct vm_exit exit;	/* that ended it */
	int nr_calls;
};

static int convert(struct vm *vm, const struct vm_exit *exit)
{
	const u64 *args = exit->hypercall.args;

	return __mem_attrs_set(vm, args[0], args[1] * PAGE_SIZE,
			       args[2] & KVM_MAP_GPA_RANGE_ENCRYPTED ?
			       KVM_MEMORY_ATTRIBUTE_PRIVATE : 0);
}

/* Do what the vCPU asks for until it stops asking. */
static void *serve(void *arg)
{
	struct server *s = arg;

	barrier_wait(s->start);
	for (;;) {
		s->exit = vcpu_run(s->vcpu);
		if (s->exit.ret || s->exit.reason != KVM_EXIT_HYPERCALL)
			return NULL;
		s->nr_calls++;
		s->vcpu->run->hypercall.ret = convert(s->vcpu->vm, &s->exit);
	}
}

/* EXIT-8: several vCPUs convert at once, each its own pages. Red: mutant attr-no-zap. */
TEST_F(guest_conversion, guest_converts_its_memory_by_hypercall)
{
	struct server servers[MAX_VCPUS] = {};
	struct page_mismatch why;
	struct barrier start;
	int i, page;

	barrier_init(&start, variant->nr_vcpus);
	for (i = 0; i < variant->nr_vcpus; i++) {
		vcpu_call(self->vcpus[i], guest_convert_rounds, area_gpa(i),
			  PAGES_PER_VCPU * PAGE_SIZE);
		servers[i].vcpu = self->vcpus[i];
		servers[i].start = &start;
		ASSERT_EQ(0, pthread_create(&servers[i].thread, NULL, serve, &servers[i]));
	}
	for (i = 0; i < variant->nr_vcpus; i++) {
		thread_join(servers[i].thread, "a vCPU's server");
		EXPECT_GUEST_DONE(servers[i].exit);
		EXPECT_EQ(2 * NR_ROUNDS, servers[i].nr_calls);
	}
	for (page = 0; page < variant->nr_vcpus * PAGES_PER_VCPU; page++)
		EXPECT_TRUE(page_pattern_check((char *)self->slot->hva + page * PAGE_SIZE,
					       PAGE_SHARED, TEST_GPA / PAGE_SIZE + page,
					       NR_ROUNDS, &why));
}

/* EXIT-8: without userspace's consent the call changes nothing. Red: mutant exit-hc-ret-32. */
TEST_F(guest_conversion, refused_request_leaves_pages_shared)
{
	struct vcpu *vcpu = self->vcpus[variant->nr_vcpus - 1];
	u64 gpa = area_gpa(variant->nr_vcpus - 1);

	vcpu_call(vcpu, guest_map_gpa_range, gpa, PAGE_SIZE, true);
	ASSERT_EXIT(0, KVM_EXIT_HYPERCALL, vcpu_run(vcpu));
	vcpu->run->hypercall.ret = -KVM_EINVAL;
	EXPECT_GUEST_RETURNED(-KVM_EINVAL, vcpu_run(vcpu));

	vcpu_call_done(vcpu, guest_write_u64, gpa, 0x1234);
	EXPECT_EQ(0x1234, *(u64 *)memslot_hva(self->slot, gpa));
}

GMEM_TEST_MAIN
