/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The main loop of a VMM for a VM whose guest converts its memory: by the hypercall
 * KVM_HC_MAP_GPA_RANGE, or, in VM types that know from the access what the guest
 * wants, by KVM_EXIT_MEMORY_FAULT. Documentation/virt/kvm/api.rst, KVM_EXIT_HYPERCALL
 * and KVM_EXIT_MEMORY_FAULT; Documentation/virt/kvm/x86/hypercalls.rst.
 */
#ifndef KVM_GMEM_VMM_VMM_H
#define KVM_GMEM_VMM_VMM_H

#include "vcpu.h"
#include "vmm/ram_block.h"

#define VMM_MAX_BLOCKS	4

struct vmm {
	struct vm *vm;
	struct ram_block *blocks[VMM_MAX_BLOCKS];
	int nr_blocks;
	/* Called around each conversion that the guest asks for, if not NULL. */
	void (*before)(struct vmm *vmm, u64 gpa, u64 size, bool private);
	void (*after)(struct vmm *vmm, u64 gpa, u64 size, bool private);
	u64 nr_hypercalls;	/* exits, by kind */
	u64 nr_memory_faults;
};

/* Prepare a VM, to whose guest the hypercall becomes available. */
void vmm_init(struct vmm *vmm, struct vm *vm);
void vmm_add_block(struct vmm *vmm, struct ram_block *b);

/* NULL if there is no RAM at @gpa. */
struct ram_block *vmm_find_block(const struct vmm *vmm, u64 gpa);

/*
 * Do what an exit asks for: true if the vCPU can run on. A conversion that fails is
 * the guest's to handle where it asked by hypercall: it gets the -errno. A memory fault
 * is handled if it asks for a state that its page does not have yet; a fault in the
 * state that it wants (a slot without gmem, no slot) is the caller's.
 */
bool vmm_handle_exit(struct vmm *vmm, struct vcpu *vcpu, const struct vm_exit *exit);

/* Run until an exit that vmm_handle_exit() leaves to the caller. */
struct vm_exit vmm_run(struct vmm *vmm, struct vcpu *vcpu);

#endif
