// SPDX-License-Identifier: GPL-2.0
/*
 * Which VM types there are, and that what KVM says of them is what it does.
 * Documentation/virt/kvm/api.rst, 8.41 KVM_CAP_VM_TYPES.
 */
#include <unistd.h>

#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "module_param.h"
#include "vcpu.h"
#include "vm.h"

/* Types that are there whatever the machine; others need SEV or TDX hardware. */
#define HARDWARE_TYPES	~(BIT_ULL(VM_TYPE_DEFAULT) | BIT_ULL(KVM_X86_SW_PROTECTED_VM))

/* What software-protected VMs are built on; off with kvm_amd.npt=0, kvm_intel.ept=0. */
#define has_tdp_mmu()	module_param_is_set("kvm", "tdp_mmu")

FIXTURE(vm_types)
{
	u64 types;
};

FIXTURE_SETUP(vm_types)
{
	self->types = kvm_vm_types();
}

FIXTURE_TEARDOWN(vm_types)
{
}

/*
 * Is CONFIG_KVM_SW_PROTECTED_VM set? Memory attributes are there for its sake or
 * for that of SEV or TDX, and those show by a module parameter.
 */
static bool sw_protected_is_configured(void)
{
	return kvm_cap(KVM_CAP_MEMORY_ATTRIBUTES) &&
	       access("/sys/module/kvm_amd/parameters/sev", F_OK) &&
	       access("/sys/module/kvm_intel/parameters/tdx", F_OK);
}

/* Made and closed again: 0 or -errno. */
static int try_create(unsigned long type)
{
	int fd = __vm_create_fd(type);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/*
 * EXIT-7: a VM of type N can be made iff bit N of the capability is set. Red:
 * mutant exit-vm-types-any.
 */
TEST_F(vm_types, capability_tells_which_types_can_be_created)
{
	unsigned long type;

	for (type = 0; type < 64; type++) {
		if (self->types & HARDWARE_TYPES & BIT_ULL(type))
			continue;
		EXPECT_ERRNO(self->types & BIT_ULL(type) ? 0 : EINVAL, try_create(type));
	}
}

/*
 * EXIT-7: types are numbers, not 32 bits of one, and not modulo anything. Red:
 * mutant exit-vm-types-modulo.
 */
TEST_F(vm_types, types_beyond_the_capability_are_refused)
{
	const unsigned long types[] = {
		64, 65, 1UL << 31, 1UL << 32, (1UL << 32) + 1, 1UL << 63, ~0UL
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		EXPECT_ERRNO(EINVAL, __vm_create_fd(types[i]));
}

/* EXIT-7: the default type is always there. Red: mutant exit-default-not-offered. */
TEST_F(vm_types, default_type_is_always_offered)
{
	EXPECT_TRUE(self->types & BIT_ULL(VM_TYPE_DEFAULT));
}

/*
 * EXIT-7: a VM answers like the system: which types exist does not depend on its
 * own. Red: mutant exit-vm-types-by-vm.
 */
TEST_F(vm_types, capability_is_the_same_on_a_vm)
{
	unsigned long type;

	for (type = VM_TYPE_DEFAULT; type <= KVM_X86_SW_PROTECTED_VM; type++) {
		struct vm *vm;

		if (!(self->types & BIT_ULL(type)))
			continue;
		vm = vm_create_bare(type);
		EXPECT_EQ(self->types, (u32)vm_cap(vm, KVM_CAP_VM_TYPES));
		vm_free(vm);
	}
}

/* EXIT-7: the exact set, where no hardware adds to it. Red: mutant exit-swp-never. */
TEST_F(vm_types, sw_protected_type_is_offered_with_the_tdp_mmu)
{
	REQUIRE(sw_protected_is_configured(), "cannot tell if software-protected VMs are built in");
	REQUIRE(has_tdp_mmu(), "no nested or extended paging");
	EXPECT_EQ(BIT_ULL(VM_TYPE_DEFAULT) | BIT_ULL(KVM_X86_SW_PROTECTED_VM), self->types);
}

/*
 * EXIT-7: shadow paging knows nothing of private memory. Needs: vm=nonpt. Red:
 * mutant exit-swp-without-tdp.
 */
TEST_F(vm_types, without_the_tdp_mmu_there_is_no_private_memory)
{
	struct vm *vm;

	REQUIRE(!has_tdp_mmu(), "nested or extended paging is on");
	EXPECT_EQ(BIT_ULL(VM_TYPE_DEFAULT), self->types);
	EXPECT_ERRNO(EINVAL, try_create(KVM_X86_SW_PROTECTED_VM));
	EXPECT_EQ(-1, vm_private_type());

	vm = vm_create_bare(VM_TYPE_DEFAULT);
	EXPECT_EQ(0, vm_cap(vm, KVM_CAP_MEMORY_ATTRIBUTES));
	/* A kernel that can have no VM with attributes does not know the ioctl. */
	EXPECT_ERRNO(kvm_cap(KVM_CAP_MEMORY_ATTRIBUTES) ? EINVAL : ENOTTY,
		     __mem_attrs_set(vm, TEST_GPA, PAGE_SIZE, KVM_MEMORY_ATTRIBUTE_PRIVATE));
	vm_free(vm);
}

/*
 * EXIT-7: what can be created can run a guest in its memory, private or not.
 * Red: mutant exit-swp-all-private.
 */
TEST_F(vm_types, offered_type_runs_a_guest)
{
	unsigned long type;

	for (type = VM_TYPE_DEFAULT; type <= KVM_X86_SW_PROTECTED_VM; type++) {
		struct vcpu *vcpu;
		struct vm *vm;

		if (!(self->types & BIT_ULL(type)))
			continue;
		vm = vm_create(type);
		vcpu = vcpu_create(vm);
		memslot_add(vm, TEST_GPA, PAGE_SIZE, 0);
		vcpu_call_done(vcpu, guest_write_u64, TEST_GPA, 0x1234);
		vcpu_call(vcpu, guest_read_u64, TEST_GPA);
		EXPECT_GUEST_RETURNED(0x1234, vcpu_run(vcpu));
		vm_free(vm);
	}
}

GMEM_TEST_MAIN
