// SPDX-License-Identifier: GPL-2.0
/*
 * A KVM without system management mode (CONFIG_KVM_SMM=n), which is what a host for
 * confidential VMs only may well have: it says so, has one address space for every
 * VM, takes no SMM state, and private memory does not miss it.
 * arch/x86/kvm/smm.h, arch/x86/include/asm/kvm_host.h.
 *
 * The kernel of the VM variation "nosmm"; a copy of the program elsewhere skips. No
 * kernel of "mutate" has this configuration, so the cases were seen red by hand.
 */
#include <string.h>

#include "checked_mem.h"
#include "gmem.h"
#include "guest_mem.h"
#include "harness.h"
#include "kernel_config.h"
#include "memslot.h"
#include "refusal.h"
#include "vcpu.h"
#include "vm.h"

#define SMM_SLOT	(1U << 16)

FIXTURE(no_smm)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct refusal_watch *watch;
};

FIXTURE_VARIANT(no_smm)
{
	bool private;
};

FIXTURE_VARIANT_ADD(no_smm, default_vm) { .private = false };
FIXTURE_VARIANT_ADD(no_smm, private_vm) { .private = true };

FIXTURE_SETUP(no_smm)
{
	REQUIRE(!kernel_config_has("CONFIG_KVM_SMM"), "not known to be a kernel without SMM");
	REQUIRE(!variant->private || vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(variant->private ? vm_private_type() : VM_TYPE_DEFAULT);
	self->vcpu = vcpu_create(self->vm);
	memslot_add(self->vm, TEST_GPA, PAGE_SIZE, 0);
	self->watch = refusal_watch_create(self->vm, (struct refusal_scope){
		.gpa = TEST_GPA, .guest_pages = 1, .vcpu = self->vcpu,
	});
}

FIXTURE_TEARDOWN(no_smm)
{
	vm_free(self->vm);
	EXPECT_NOT_HELD(self->watch);
	refusal_watch_free(self->watch);
}

/*
 * EXIT-11: there is neither SMM nor a second address space, and nobody is told so.
 * Needs: vm=nosmm. Red: the IS_ENABLED(CONFIG_KVM_SMM) of KVM_CAP_X86_SMM left out;
 * KVM_CAP_MULTI_ADDRESS_SPACE answered without its #if.
 */
TEST_F(no_smm, capabilities_are_absent)
{
	EXPECT_EQ(0, kvm_cap(KVM_CAP_X86_SMM));
	EXPECT_EQ(0, vm_cap(self->vm, KVM_CAP_X86_SMM));
	EXPECT_EQ(0, kvm_cap(KVM_CAP_MULTI_ADDRESS_SPACE));
	EXPECT_EQ(0, vm_cap(self->vm, KVM_CAP_MULTI_ADDRESS_SPACE));
}

/*
 * EXIT-11: slot ids of an address space that no VM has.
 * Needs: vm=nosmm. Red: the check of the address space in kvm_set_memory_region() left
 * out.
 */
TEST_F(no_smm, slots_of_a_second_address_space_are_refused)
{
	void *hva = memslot_hva(self->vm->slots, TEST_GPA);

	EXPECT_REFUSED(self->watch, EINVAL,
		       __memslot_set1(self->vm, SMM_SLOT, 0, TEST_GPA, PAGE_SIZE, hva));
	EXPECT_REFUSED(self->watch, EINVAL,
		       __memslot_set2(self->vm, SMM_SLOT + 1, 0, TEST_GPA, PAGE_SIZE, hva, -1, 0));
}

/*
 * EXIT-11: an SMI is no ioctl that such a KVM has, and the guest does not notice.
 * Needs: vm=nosmm. Red: kvm_inject_smi() of such a kernel returns 0.
 */
TEST_F(no_smm, smi_is_refused)
{
	EXPECT_REFUSED(self->watch, ENOTTY, vcpu_ioctl(self->vcpu, KVM_SMI, NULL));
	EXPECT_EQ(0, vcpu_call_done(self->vcpu, guest_read_u64, TEST_GPA));
}

/*
 * EXIT-11: nor can a vCPU be put into SMM by its state, as a migration from a host that
 * has SMM would; the state that it reports is taken back.
 * Needs: vm=nosmm. Red: the refusal in kvm_vcpu_ioctl_x86_set_vcpu_events() left out.
 */
TEST_F(no_smm, state_with_smm_is_refused)
{
	struct kvm_vcpu_events events, changed;

	ASSERT_OK(vcpu_ioctl(self->vcpu, KVM_GET_VCPU_EVENTS, &events));
	EXPECT_EQ(0, events.smi.smm);
	EXPECT_EQ(0, events.smi.pending);
	events.flags |= KVM_VCPUEVENT_VALID_SMM;

	changed = events;
	changed.smi.smm = 1;
	EXPECT_REFUSED(self->watch, EINVAL,
		       vcpu_ioctl(self->vcpu, KVM_SET_VCPU_EVENTS, &changed));
	changed = events;
	changed.smi.pending = 1;
	EXPECT_REFUSED(self->watch, EINVAL,
		       vcpu_ioctl(self->vcpu, KVM_SET_VCPU_EVENTS, &changed));
	changed = events;
	changed.smi.smm_inside_nmi = 1;
	EXPECT_REFUSED(self->watch, EINVAL,
		       vcpu_ioctl(self->vcpu, KVM_SET_VCPU_EVENTS, &changed));

	EXPECT_OK(vcpu_ioctl(self->vcpu, KVM_SET_VCPU_EVENTS, &events));
	EXPECT_EQ(0, vcpu_call_done(self->vcpu, guest_read_u64, TEST_GPA));
}

#define NR_PAGES	8

FIXTURE_CHECKED_MEM(no_smm_memory, NR_PAGES);

FIXTURE_VARIANT_ADD(no_smm_memory, two_vcpus_two_slots) {
	.nr_vcpus = 2, .nr_slots = 2, .kind = BACKING_ANON,
};

/*
 * EXIT-11, ATTR-6, FALLOC-5: memory converts, keeps both sides' bytes and loses what is
 * punched. With one address space KVM finds slots and page tables by other code.
 * Needs: vm=nosmm. Red: as with mutant attr-store-short.
 */
TEST_F(no_smm_memory, converts_and_is_punched)
{
	struct checked_mem *m = self->m;

	REQUIRE(!kernel_config_has("CONFIG_KVM_SMM"), "not known to be a kernel without SMM");
	checked_mem_host_fill(m, 0, NR_PAGES);
	checked_mem_set_private(m, 2, 4);
	checked_mem_guest_fill(m, self->vcpu, 0, NR_PAGES);
	EXPECT_MEM_BOTH_SIDES(m);
	checked_mem_set_private(m, 0, NR_PAGES);
	checked_mem_guest_fill(m, self->vcpu, 0, NR_PAGES);
	checked_mem_discard(m, PAGE_PRIVATE, 3, 2);
	EXPECT_MEM(m);
	checked_mem_set_shared(m, 1, NR_PAGES - 1);
	EXPECT_MEM_BOTH_SIDES(m);
}

GMEM_TEST_MAIN
