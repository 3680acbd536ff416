// SPDX-License-Identifier: GPL-2.0
/*
 * System management mode has a guest-physical address space of its own, made of
 * the slots whose ids have bit 16 set. A VM with private memory has one address
 * space only, and yet KVM offers SMM to it.
 * arch/x86/include/asm/kvm_host.h, kvm_arch_nr_memslot_as_ids().
 */
#include <string.h>

#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "vcpu.h"
#include "vm.h"

#define SMM_SLOT	(1U << 16)
/* Where a CPU looks for its handler after reset, and where it saves its state. */
#define SMRAM_GPA	0x30000ULL
#define SMRAM_SIZE	0x10000ULL
#define SMM_ENTRY	0x8000
#define SMM_PORT	0x99

FIXTURE(smm)
{
	struct vm *vm;
	struct vcpu *vcpu;
	u8 *smram;
};

FIXTURE_VARIANT(smm)
{
	bool private;
};

FIXTURE_VARIANT_ADD(smm, default_vm) { .private = false };
FIXTURE_VARIANT_ADD(smm, private_vm) { .private = true };

FIXTURE_SETUP(smm)
{
	static const u8 handler[] = {
		0xb0, 0x5a,		/* mov $0x5a, %al */
		0xe6, SMM_PORT,		/* out %al, $SMM_PORT */
		0x0f, 0xaa,		/* rsm */
	};

	REQUIRE(kvm_cap(KVM_CAP_X86_SMM), "no system management mode");
	REQUIRE(!variant->private || vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(variant->private ? vm_private_type() : VM_TYPE_DEFAULT);
	self->vcpu = vcpu_create(self->vm);
	self->smram = memslot_add(self->vm, SMRAM_GPA, SMRAM_SIZE, 0)->hva;
	memcpy(self->smram + SMM_ENTRY, handler, sizeof(handler));
	memslot_add(self->vm, TEST_GPA, PAGE_SIZE, 0);
}

FIXTURE_TEARDOWN(smm)
{
	vm_free(self->vm);
}

/*
 * EXIT-11: the second address space is there or not; the capability says so.
 * Red: mutants exit-smm-two-spaces, exit-smm-one-space.
 */
TEST_F(smm, second_address_space_exists_without_private_memory_only)
{
	bool expected = !variant->private;

	EXPECT_EQ(expected ? 2 : 1, vm_cap(self->vm, KVM_CAP_MULTI_ADDRESS_SPACE));
	EXPECT_ERRNO(expected ? 0 : EINVAL,
		     __memslot_set1(self->vm, SMM_SLOT, 0, SMRAM_GPA, SMRAM_SIZE, self->smram));
	EXPECT_ERRNO(expected ? 0 : EINVAL,
		     __memslot_set2(self->vm, SMM_SLOT + 1, 0, TEST_GPA, PAGE_SIZE, self->smram,
				    -1, 0));
	EXPECT_ERRNO(EINVAL, __memslot_set1(self->vm, 2 * SMM_SLOT, 0, SMRAM_GPA, SMRAM_SIZE,
					    self->smram));
	/* The refusals have not disturbed the first. */
	vcpu_call_done(self->vcpu, guest_write_u64, TEST_GPA, 0x1234);
	vcpu_call(self->vcpu, guest_read_u64, TEST_GPA);
	EXPECT_GUEST_RETURNED(0x1234, vcpu_run(self->vcpu));
}

/*
 * EXIT-11: where SMM has memory, an SMI runs its handler and returns. Where it
 * can have none the VM dies of it, with EIO from then on, although
 * KVM_CAP_X86_SMM and KVM_SMI said yes: recorded, since userspace may want to
 * keep SMIs away. Red: mutants exit-smm-survives, exit-smm-one-space.
 */
TEST_F(smm, smi_runs_its_handler_or_ends_the_vm)
{
	struct vm_exit exit;

	EXPECT_EQ(1, vm_cap(self->vm, KVM_CAP_X86_SMM));
	if (!variant->private)
		EXPECT_OK(__memslot_set1(self->vm, SMM_SLOT, 0, SMRAM_GPA, SMRAM_SIZE,
					 self->smram));
	EXPECT_OK(vcpu_ioctl(self->vcpu, KVM_SMI, NULL));
	vcpu_call(self->vcpu, guest_write_u64, TEST_GPA, 0x1234);
	exit = vcpu_run(self->vcpu);

	if (variant->private) {
		EXPECT_ERRNO(EIO, exit.ret);
		EXPECT_ERRNO(EIO, vcpu_run(self->vcpu).ret);
		EXPECT_ERRNO(EIO, __mem_attrs_set(self->vm, TEST_GPA, PAGE_SIZE, 0));
		EXPECT_ERRNO(EIO, __memslot_set1(self->vm, 1, 0, SMRAM_GPA, 0, self->smram));
		return;
	}
	ASSERT_EXIT(0, KVM_EXIT_IO, exit);
	EXPECT_EQ(SMM_PORT, exit.io.port);
	EXPECT_EQ(0x5a, exit.io.data[0]);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

GMEM_TEST_MAIN
