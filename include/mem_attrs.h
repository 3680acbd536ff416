/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory attributes: which guest pages are private. There is no getter; what
 * is set shows in what a vCPU reads, in exits and in pre-fault.
 * Documentation/virt/kvm/api.rst, 4.141 KVM_SET_MEMORY_ATTRIBUTES;
 * virt/kvm/kvm_main.c, kvm_vm_set_mem_attributes().
 */
#ifndef KVM_GMEM_MEM_ATTRS_H
#define KVM_GMEM_MEM_ATTRS_H

#include "types.h"
#include "kvm_compat.h"

struct vm;

/* KVM_SET_MEMORY_ATTRIBUTES with gpa and size in bytes: 0 or -errno. */
int __mem_attrs_set(struct vm *vm, u64 gpa, u64 size, u64 attributes);

/* The range must become private or shared. */
void mem_attrs_set_private(struct vm *vm, u64 gpa, u64 size);
void mem_attrs_set_shared(struct vm *vm, u64 gpa, u64 size);

/* The attributes that the VM takes: KVM_MEMORY_ATTRIBUTE_PRIVATE or 0. */
u64 mem_attrs_supported(struct vm *vm);

#endif
