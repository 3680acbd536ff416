// SPDX-License-Identifier: GPL-2.0
/*
 * The capabilities that the other programs ask for before they test anything. Where one
 * is missing they skip, as it is right on a kernel that never had it; so that one that
 * got lost is a failure somewhere, this program knows which kernel must have which:
 * by its version, its configuration and the type of the VM.
 * Documentation/virt/kvm/api.rst; virt/kvm/kvm_main.c, kvm_vm_ioctl_check_extension_generic();
 * arch/x86/kvm/x86.c, kvm_vm_ioctl_check_extension().
 */
#include <linux/kvm_para.h>

#include "arch.h"
#include "harness.h"
#include "kernel_config.h"
#include "kernel_version.h"
#include "kvm_compat.h"
#include "module_param.h"
#include "vm.h"
#include "x86.h"

#define SW_PROTECTED	"CONFIG_KVM_SW_PROTECTED_VM"
#define BOTH_TYPES	(BIT_ULL(VM_TYPE_DEFAULT) | BIT_ULL(KVM_X86_SW_PROTECTED_VM))
#define ALL_FLAGS	(GUEST_MEMFD_FLAG_MMAP | GUEST_MEMFD_FLAG_INIT_SHARED)

struct version {
	unsigned int major, minor;
};

FIXTURE(capability)
{
	struct vm *vm;
};

/* A row for each capability; more if it changed. */
FIXTURE_VARIANT(capability)
{
	u32 cap;
	struct version since, before;	/* before.major 0: to this day */
	const char *option;		/* that it takes, or NULL: every kernel has it */
	bool needs_tdp_mmu;		/* nested or extended paging, and its MMU */
	u64 system, default_vm, private_vm;
	u64 bits;			/* to be compared; others may come, or depend on hardware */
};

FIXTURE_VARIANT_ADD(capability, user_memory2) {
	.cap = KVM_CAP_USER_MEMORY2, .since = { 6, 8 },
	.system = 1, .default_vm = 1, .private_vm = 1, .bits = ~0ULL,
};

/* VMs that had private memory, */
FIXTURE_VARIANT_ADD(capability, guest_memfd_of_private_vms) {
	.cap = KVM_CAP_GUEST_MEMFD, .since = { 6, 8 }, .before = { 6, 18 },
	.option = SW_PROTECTED,
	.system = 1, .default_vm = 0, .private_vm = 1, .bits = ~0ULL,
};

/* and then all, in every 64-bit kernel. */
FIXTURE_VARIANT_ADD(capability, guest_memfd) {
	.cap = KVM_CAP_GUEST_MEMFD, .since = { 6, 18 },
	.system = 1, .default_vm = 1, .private_vm = 1, .bits = ~0ULL,
};

/* Memory that is private at first cannot be shared from the start. */
FIXTURE_VARIANT_ADD(capability, guest_memfd_flags) {
	.cap = KVM_CAP_GUEST_MEMFD_FLAGS, .since = { 6, 18 },
	.system = ALL_FLAGS, .default_vm = ALL_FLAGS, .private_vm = GUEST_MEMFD_FLAG_MMAP,
	.bits = ALL_FLAGS,
};

FIXTURE_VARIANT_ADD(capability, memory_attributes) {
	.cap = KVM_CAP_MEMORY_ATTRIBUTES, .since = { 6, 8 }, .option = SW_PROTECTED,
	.system = KVM_MEMORY_ATTRIBUTE_PRIVATE, .default_vm = 0,
	.private_vm = KVM_MEMORY_ATTRIBUTE_PRIVATE, .bits = KVM_MEMORY_ATTRIBUTE_PRIVATE,
};

FIXTURE_VARIANT_ADD(capability, memory_fault_info) {
	.cap = KVM_CAP_MEMORY_FAULT_INFO, .since = { 6, 8 },
	.system = 1, .default_vm = 1, .private_vm = 1, .bits = ~0ULL,
};

FIXTURE_VARIANT_ADD(capability, pre_fault_memory) {
	.cap = KVM_CAP_PRE_FAULT_MEMORY, .since = { 6, 11 }, .needs_tdp_mmu = true,
	.system = 1, .default_vm = 1, .private_vm = 1, .bits = ~0ULL,
};

FIXTURE_VARIANT_ADD(capability, exit_hypercall) {
	.cap = KVM_CAP_EXIT_HYPERCALL, .since = { 5, 14 },
	.system = BIT_ULL(KVM_HC_MAP_GPA_RANGE), .default_vm = BIT_ULL(KVM_HC_MAP_GPA_RANGE),
	.private_vm = BIT_ULL(KVM_HC_MAP_GPA_RANGE), .bits = BIT_ULL(KVM_HC_MAP_GPA_RANGE),
};

FIXTURE_VARIANT_ADD(capability, vm_types) {
	.cap = KVM_CAP_VM_TYPES, .since = { 6, 8 }, .option = SW_PROTECTED, .needs_tdp_mmu = true,
	.system = BOTH_TYPES, .default_vm = BOTH_TYPES, .private_vm = BOTH_TYPES,
	.bits = BOTH_TYPES,
};

FIXTURE_VARIANT_ADD(capability, quirk_of_slot_deletion) {
	.cap = KVM_CAP_DISABLE_QUIRKS2, .since = { 6, 12 },
	.system = KVM_X86_QUIRK_SLOT_ZAP_ALL, .default_vm = KVM_X86_QUIRK_SLOT_ZAP_ALL,
	.private_vm = KVM_X86_QUIRK_SLOT_ZAP_ALL, .bits = KVM_X86_QUIRK_SLOT_ZAP_ALL,
};

FIXTURE_SETUP(capability)
{
	int configured = variant->option ? kernel_config_has(variant->option) : 1;

	REQUIRE(kernel_at_least(variant->since.major, variant->since.minor),
		"this kernel is older than the capability");
	REQUIRE(!variant->before.major ||
		!kernel_at_least(variant->before.major, variant->before.minor),
		"newer kernels have it for all VMs");
	REQUIRE(configured >= 0, "the kernel's configuration is unknown");
	REQUIRE(configured, "this kernel is configured without software-protected VMs");
	REQUIRE(!variant->needs_tdp_mmu || module_param_is_set("kvm", "tdp_mmu"),
		"no nested or extended paging");
}

FIXTURE_TEARDOWN(capability)
{
	vm_free(self->vm);
}

/*
 * CREATE-14, ATTR-2, EXIT-7, EXIT-8, PREFAULT-1: asked of /dev/kvm, before there is a
 * VM. Red: mutants create-cap-lost, attr-cap-not-at-system-scope, exit-swp-never.
 */
TEST_F(capability, system_has_what_its_version_and_configuration_promise)
{
	EXPECT_EQ(variant->system, kvm_cap(variant->cap) & variant->bits);
}

/*
 * CREATE-14, ATTR-2, EXIT-7, EXIT-8, PREFAULT-1: the same asked of a VM of the default
 * type. Red: mutants create-cap-lost, attr-cap-always.
 */
TEST_F(capability, default_vm_has_what_its_kernel_promises)
{
	self->vm = vm_create_bare(VM_TYPE_DEFAULT);
	EXPECT_EQ(variant->default_vm, vm_cap(self->vm, variant->cap) & variant->bits);
}

/*
 * CREATE-14, ATTR-2, EXIT-7, EXIT-8, PREFAULT-1: and of the type with private memory; that
 * this type must be there is what the variant vm_types of the others says.
 * Red: mutants create-cap-lost, attr-cap-swapped.
 */
TEST_F(capability, private_vm_has_what_its_kernel_promises)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create_bare(vm_private_type());
	EXPECT_EQ(variant->private_vm, vm_cap(self->vm, variant->cap) & variant->bits);
}

/*
 * CREATE-14: cases that need a hardware module of the kernel tree run wherever the CPU has
 * what these modules are for. Red: arch_kvm_is_in_tree() that returns false.
 */
TEST(cpu_with_virtualization_has_a_module_of_the_kernel_tree)
{
	REQUIRE(__kvm_dev_fd() >= 0, "no usable /dev/kvm");
	REQUIRE(x86_host_has_virtualization(), "this CPU has neither VMX nor SVM");
	EXPECT_TRUE(arch_kvm_is_in_tree());
}

GMEM_TEST_MAIN_ANY_KVM
