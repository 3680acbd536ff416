/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Everything that neutral code asks of an architecture. lib/$(ARCH) implements
 * it; a second architecture adds files and edits none of the callers.
 */
#ifndef KVM_GMEM_ARCH_H
#define KVM_GMEM_ARCH_H

#include "types.h"

struct vm;
struct vcpu;
struct guest_image;
struct vm_exit;

/* Host side. */

/* The VM type with private memory (KVM_X86_SW_PROTECTED_VM, ...), or -1. */
long arch_private_vm_type(void);

/* Tables that a VM with guest code needs, once, after the image is in place. */
void arch_vm_setup(struct vm *vm);

/*
 * Put a fresh vCPU into the state in which guest_main() runs with @stack_top
 * and translation on: 0 or -errno of the first ioctl that KVM refused.
 */
int __arch_vcpu_setup(struct vcpu *vcpu, u64 stack_top);

/* Back to the first instruction of guest_main() with an empty stack. */
void arch_vcpu_restart(struct vcpu *vcpu, u64 stack_top);

/* Whether an exit is a ucall of this suite rather than the guest's own doing. */
bool arch_exit_is_ucall(const struct vm_exit *exit);

/*
 * Whether KVM here runs guests with a hardware module of the kernel tree, or with one from
 * outside of it, like kvm_pvm: that has page tables of its own, and it need not do what
 * this project says of page faults, statistics and hypercalls.
 */
bool arch_kvm_is_in_tree(void);

#define REQUIRE_KVM_OF_THE_TREE()			\
	REQUIRE(arch_kvm_is_in_tree(),			\
		"KVM's hardware module here is not one of the kernel tree")

/*
 * Map [gva, gva + size) to gpa in the guest's page tables, read, write and
 * execute, with leaves of @leaf_size bytes. Addresses and size must be
 * multiples of it. Mapping a range again replaces what was there; vCPUs that
 * already ran may still have the old translation cached.
 */
void arch_mmu_map(struct vm *vm, u64 gva, u64 gpa, u64 size, u64 leaf_size);

/* Guest side. */

/* Leave to userspace with the vCPU's ucall page filled in. */
void arch_guest_ucall(void);

/* The current stack pointer: the ucall page is found below it. */
u64 arch_guest_stack_pointer(void);

/* Spin politely. */
void arch_guest_relax(void);

#endif
