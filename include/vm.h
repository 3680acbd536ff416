/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Virtual machines. A struct vm owns its memslots, vCPUs, the guest_memfds it
 * was asked to create with a slot, and the guest image in slot 0.
 * Documentation/virt/kvm/api.rst, 4.2 KVM_CREATE_VM.
 */
#ifndef KVM_GMEM_VM_H
#define KVM_GMEM_VM_H

#include "types.h"
#include "kvm_compat.h"

#define VM_TYPE_DEFAULT		0

#define VM_MAX_VCPUS		16

struct memslot;
struct vcpu;
struct guest_image;

struct vm {
	int fd;
	unsigned long type;
	struct memslot *slots;		/* list, newest first */
	struct vcpu *vcpus[VM_MAX_VCPUS];
	struct guest_image *image;	/* NULL for a VM without guest code */
	u32 next_slot_id;
	u64 mmu_root;			/* gpa of the guest's page table root */
	u64 arch_tables;		/* gpa of what arch_vm_setup() laid out */
};

/* KVM_CREATE_VM alone: the VM's descriptor or -errno. */
int __vm_create_fd(unsigned long type);

/* A VM without memory or vCPUs, for tests of files, slots and attributes. */
struct vm *vm_create_bare(unsigned long type);

/*
 * A VM that can run guest code: slot 0 holds the guest image (see
 * guest_image.h), vCPUs are added with vcpu_create().
 */
struct vm *vm_create(unsigned long type);

/*
 * Free the vCPUs, slots, image and the descriptor. guest_memfds that a test
 * opened by itself stay open. Safe with NULL.
 */
void vm_free(struct vm *vm);

/* KVM_CHECK_EXTENSION on the VM: the value, 0 when unknown. */
int vm_cap(struct vm *vm, unsigned int cap);

/* KVM_ENABLE_CAP on the VM with args[0] = @arg: 0 or -errno. */
int __vm_enable_cap(struct vm *vm, u32 cap, u64 arg);
void vm_enable_cap(struct vm *vm, u32 cap, u64 arg);

/* An ioctl on the VM's descriptor: >= 0 or -errno. */
int vm_ioctl(struct vm *vm, unsigned long request, void *arg);

/* The type that has private memory on this architecture, -1 if there is none. */
long vm_private_type(void);

#endif
