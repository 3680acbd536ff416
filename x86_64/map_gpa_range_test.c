// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_HC_MAP_GPA_RANGE, by which a guest asks for pages to become private or
 * shared: KVM checks the range, hands it to userspace and changes nothing: of NR_PAGES
 * at TEST_GPA the first half is private where there is such a thing, and stays so.
 * Documentation/virt/kvm/x86/hypercalls.rst, 9 and Documentation/virt/kvm/api.rst,
 * 7.40 KVM_CAP_EXIT_HYPERCALL.
 */
#include <linux/kvm_para.h>

#include "arch.h"
#include "guest_image.h"
#include "guest_mem.h"
#include "harness.h"
#include "kernel_version.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "page_pattern.h"
#include "refusal.h"
#include "vcpu.h"
#include "vm.h"
#include "x86.h"

#define HYPERCALL_BIT	BIT_ULL(KVM_HC_MAP_GPA_RANGE)

#define NR_PAGES	4

FIXTURE(map_gpa_range)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct refusal_watch *watch;
};

FIXTURE_VARIANT(map_gpa_range)
{
	bool private;
};

FIXTURE_VARIANT_ADD(map_gpa_range, default_vm) { .private = false };
FIXTURE_VARIANT_ADD(map_gpa_range, private_vm) { .private = true };

/* By a vCPU of its own: the other one may have an exit to be answered. */
static struct refusal_watch *watch(struct vm *vm, bool private)
{
	struct vcpu *vcpu = vcpu_create(vm);
	struct memslot *slot = memslot_add(vm, TEST_GPA, NR_PAGES * PAGE_SIZE,
					   private ? MEMSLOT_GMEM : 0);
	u64 i;

	for (i = 0; i < NR_PAGES; i++)
		page_pattern_fill((char *)slot->hva + i * PAGE_SIZE, PAGE_SHARED,
				  (TEST_GPA >> PAGE_SHIFT) + i, 1);
	if (private) {
		mem_attrs_set_private(vm, TEST_GPA, NR_PAGES * PAGE_SIZE);
		vcpu_call_done(vcpu, guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_PRIVATE, 1);
		mem_attrs_set_shared(vm, TEST_GPA + NR_PAGES / 2 * PAGE_SIZE,
				     NR_PAGES / 2 * PAGE_SIZE);
	}
	return refusal_watch_create(vm, (struct refusal_scope){
		.fd = slot->gmem_fd, .file_pages = private ? NR_PAGES : 0,
		.gpa = TEST_GPA, .guest_pages = NR_PAGES, .vcpu = vcpu,
	});
}

FIXTURE_SETUP(map_gpa_range)
{
	REQUIRE_KVM_OF_THE_TREE();
	REQUIRE(kvm_cap(KVM_CAP_EXIT_HYPERCALL), "no exits for hypercalls");
	REQUIRE(!variant->private || vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(variant->private ? vm_private_type() : VM_TYPE_DEFAULT);
	self->vcpu = vcpu_create(self->vm);
	self->watch = watch(self->vm, variant->private);
}

FIXTURE_TEARDOWN(map_gpa_range)
{
	vm_free(self->vm);
	EXPECT_NOT_HELD(self->watch);
	refusal_watch_free(self->watch);
}

static void call_map_gpa_range(struct vcpu *vcpu, u64 gpa, u64 nr_pages, u64 attrs)
{
	vcpu_call(vcpu, guest_hypercall, KVM_HC_MAP_GPA_RANGE, gpa, nr_pages, attrs, 0);
}

/*
 * EXIT-8: it is the one hypercall that userspace can get, and others stay KVM's.
 * Red: mutant exit-hc-any-cap.
 */
TEST_F(map_gpa_range, capability_names_this_hypercall_alone)
{
	int bit;

	EXPECT_EQ(HYPERCALL_BIT, vm_cap(self->vm, KVM_CAP_EXIT_HYPERCALL));
	for (bit = 0; bit < 64; bit++) {
		if (BIT_ULL(bit) == HYPERCALL_BIT)
			continue;
		EXPECT_ERRNO(EINVAL, __vm_enable_cap(self->vm, KVM_CAP_EXIT_HYPERCALL,
						     BIT_ULL(bit)));
		EXPECT_ERRNO(EINVAL, __vm_enable_cap(self->vm, KVM_CAP_EXIT_HYPERCALL,
						     BIT_ULL(bit) | HYPERCALL_BIT));
		if (bit % 8 == 7) {	/* not after each of so many */
			EXPECT_UNCHANGED(self->watch);
		}
	}
	/* Refused altogether: not even the known bit has come through. */
	call_map_gpa_range(self->vcpu, TEST_GPA, 1, 0);
	EXPECT_GUEST_RETURNED(-KVM_ENOSYS, vcpu_run(self->vcpu));
}

/*
 * EXIT-8: off from the start, and again when userspace wants it no more. Red:
 * mutant exit-hc-always-on.
 */
TEST_F(map_gpa_range, disabled_hypercall_is_unknown_to_the_guest)
{
	call_map_gpa_range(self->vcpu, TEST_GPA, 1, 0);
	EXPECT_GUEST_RETURNED(-KVM_ENOSYS, vcpu_run(self->vcpu));

	vm_enable_cap(self->vm, KVM_CAP_EXIT_HYPERCALL, HYPERCALL_BIT);
	call_map_gpa_range(self->vcpu, TEST_GPA, 1, 0);
	ASSERT_EXIT(0, KVM_EXIT_HYPERCALL, vcpu_run(self->vcpu));
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));

	vm_enable_cap(self->vm, KVM_CAP_EXIT_HYPERCALL, 0);
	call_map_gpa_range(self->vcpu, TEST_GPA, 1, 0);
	EXPECT_GUEST_RETURNED(-KVM_ENOSYS, vcpu_run(self->vcpu));
}

struct range {
	u64 gpa;
	u64 nr_pages;
	u64 attrs;
};

/*
 * EXIT-8: userspace gets what the guest said. KVM looks neither at slots nor at
 * the attributes' reserved bits, and a range is in order up to 2^64 pages, where
 * its size in bytes has long overflowed: all that is userspace's to check. Red:
 * mutants exit-hc-attrs-masked, exit-hc-byte-overflow, exit-hc-no-long-mode.
 */
TEST_F(map_gpa_range, exit_carries_the_range_as_the_guest_gave_it)
{
	static const struct range ranges[] = {
		{ TEST_GPA, 1, KVM_MAP_GPA_RANGE_ENCRYPTED },
		{ TEST_GPA + 5 * PAGE_SIZE, 513, KVM_MAP_GPA_RANGE_DECRYPTED },
		{ TEST_GPA, 512, KVM_MAP_GPA_RANGE_ENCRYPTED | KVM_MAP_GPA_RANGE_PAGE_SZ_2M },
		{ TEST_GPA, 1, ~0ULL },
		{ 0, 1, 0 },
		{ -PAGE_SIZE, 1, 0 },
		{ TEST_GPA, BIT_ULL(52), 0 },
		{ 0, ~0ULL, 0 },
		{ TEST_GPA, -(TEST_GPA / PAGE_SIZE) - 1, 0 },
	};
	const struct range *r;

	vm_enable_cap(self->vm, KVM_CAP_EXIT_HYPERCALL, HYPERCALL_BIT);
	for (r = ranges; r < ranges + ARRAY_SIZE(ranges); r++) {
		struct kvm_run *run = self->vcpu->run;
		struct vm_exit exit;

		call_map_gpa_range(self->vcpu, r->gpa, r->nr_pages, r->attrs);
		run->hypercall.flags = VM_EXIT_POISON64;
		exit = vcpu_run(self->vcpu);
		ASSERT_EXIT(0, KVM_EXIT_HYPERCALL, exit);
		EXPECT_EQ(KVM_HC_MAP_GPA_RANGE, exit.hypercall.nr);
		EXPECT_EQ(r->gpa, exit.hypercall.args[0]);
		EXPECT_EQ(r->nr_pages, exit.hypercall.args[1]);
		EXPECT_EQ(r->attrs, exit.hypercall.args[2]);
		EXPECT_EQ(KVM_EXIT_HYPERCALL_LONG_MODE, run->hypercall.flags);
		EXPECT_UNCHANGED(self->watch);
		run->hypercall.ret = 0;
		EXPECT_GUEST_RETURNED(0, vcpu_run(self->vcpu));
	}
}

/*
 * EXIT-8: ranges that are none never get to userspace. Red: mutant exit-hc-no-checks,
 * mutant refused-hc-converts.
 */
TEST_F(map_gpa_range, bad_range_is_refused_without_exit)
{
	static const struct range ranges[] = {
		{ TEST_GPA + 1, 1, 0 },
		{ TEST_GPA + PAGE_SIZE / 2, 1, 0 },
		{ TEST_GPA + PAGE_SIZE - 1, 1, 0 },
		{ TEST_GPA, 0, 0 },
		{ 0, 0, 0 },
		{ PAGE_SIZE, ~0ULL, 0 },
		{ TEST_GPA, -(TEST_GPA / PAGE_SIZE), 0 },
		{ TEST_GPA, ~0ULL, 0 },
	};
	const struct range *r;

	vm_enable_cap(self->vm, KVM_CAP_EXIT_HYPERCALL, HYPERCALL_BIT);
	for (r = ranges; r < ranges + ARRAY_SIZE(ranges); r++) {
		call_map_gpa_range(self->vcpu, r->gpa, r->nr_pages, r->attrs);
		EXPECT_GUEST_RETURNED(-KVM_EINVAL, vcpu_run(self->vcpu));
		EXPECT_UNCHANGED(self->watch);
	}
}

/*
 * EXIT-8: the guest gets userspace's 64 bits. KVM interprets no value: after
 * EAGAIN too, which api.rst says would retry, the guest goes on. Red: mutant
 * exit-hc-ret-32.
 */
TEST_F(map_gpa_range, guest_gets_userspaces_return_value)
{
	static const u64 values[] = {
		0, -KVM_EINVAL, EAGAIN, -EAGAIN, 0x123456789abcdef0ULL, ~0ULL
	};
	size_t i;

	vm_enable_cap(self->vm, KVM_CAP_EXIT_HYPERCALL, HYPERCALL_BIT);
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		call_map_gpa_range(self->vcpu, TEST_GPA, 1, 0);
		ASSERT_EXIT(0, KVM_EXIT_HYPERCALL, vcpu_run(self->vcpu));
		self->vcpu->run->hypercall.ret = values[i];
		EXPECT_GUEST_RETURNED(values[i], vcpu_run(self->vcpu));
	}
}

/* EXIT-8: userspace that says nothing has said yes. Red: mutant exit-hc-ret-stale. */
TEST_F(map_gpa_range, return_value_is_zero_unless_userspace_sets_it)
{
	REQUIRE(kernel_at_least(6, 13), "KVM presets no return value before 6.13");
	vm_enable_cap(self->vm, KVM_CAP_EXIT_HYPERCALL, HYPERCALL_BIT);
	call_map_gpa_range(self->vcpu, TEST_GPA, 1, 0);
	self->vcpu->run->hypercall.ret = VM_EXIT_POISON64;
	ASSERT_EXIT(0, KVM_EXIT_HYPERCALL, vcpu_run(self->vcpu));
	EXPECT_EQ(0, self->vcpu->run->hypercall.ret);
	EXPECT_GUEST_RETURNED(0, vcpu_run(self->vcpu));
}

/* Allow user mode everything that the guest's identity map has. */
static void open_tables_to_user(struct vm *vm, u64 table, int level)
{
	const u64 user = BIT_ULL(2);
	u64 *entry = guest_image_hva(vm, table);
	int i;

	for (i = 0; i < 512; i++) {
		if (!(entry[i] & X86_PTE_P))
			continue;
		entry[i] |= user;
		if (level > 1 && !(entry[i] & X86_PTE_PS))
			open_tables_to_user(vm, entry[i] & X86_PTE_ADDR, level - 1);
	}
}

static void enter_user_mode(struct vcpu *vcpu)
{
	struct kvm_sregs sregs;
	struct kvm_regs regs;

	open_tables_to_user(vcpu->vm, vcpu->vm->mmu_root, 4);
	vcpu_get_sregs(vcpu, &sregs);
	sregs.cs.dpl = 3;
	sregs.ss.dpl = 3;
	sregs.cs.selector |= 3;
	sregs.ss.selector |= 3;
	vcpu_set_sregs(vcpu, &sregs);
	vcpu_get_regs(vcpu, &regs);
	regs.rflags |= 3 << 12;		/* IOPL: user mode may make ucalls */
	vcpu_set_regs(vcpu, &regs);
}

/*
 * EXIT-8: programs of the guest cannot ask for it, only its kernel. Red: mutant
 * exit-hc-any-cpl.
 */
TEST_F(map_gpa_range, user_mode_may_not_ask)
{
	vm_enable_cap(self->vm, KVM_CAP_EXIT_HYPERCALL, HYPERCALL_BIT);
	enter_user_mode(self->vcpu);
	call_map_gpa_range(self->vcpu, TEST_GPA, 1, 0);
	EXPECT_GUEST_RETURNED(-KVM_EPERM, vcpu_run(self->vcpu));
	EXPECT_UNCHANGED(self->watch);
}

GMEM_TEST_MAIN
