/* SPDX-License-Identifier: GPL-2.0 */
/*
 * guest_memfd files: memory for a VM's private side that userspace cannot read
 * or write, unless the file was created with GUEST_MEMFD_FLAG_MMAP and
 * GUEST_MEMFD_FLAG_INIT_SHARED. Offsets and sizes are in bytes.
 * Documentation/virt/kvm/api.rst, 4.142 KVM_CREATE_GUEST_MEMFD;
 * virt/kvm/guest_memfd.c.
 */
#ifndef KVM_GMEM_GMEM_H
#define KVM_GMEM_GMEM_H

#include "types.h"
#include "kvm_compat.h"

struct vm;

/* KVM_CREATE_GUEST_MEMFD: a descriptor or -errno. */
int __gmem_create(struct vm *vm, u64 size, u64 flags);
int gmem_create(struct vm *vm, u64 size, u64 flags);

/* fallocate(FALLOC_FL_KEEP_SIZE): 0 or -errno. */
int __gmem_allocate(int fd, u64 offset, u64 size);
void gmem_allocate(int fd, u64 offset, u64 size);

/* fallocate(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE): 0 or -errno. */
int __gmem_punch_hole(int fd, u64 offset, u64 size);
void gmem_punch_hole(int fd, u64 offset, u64 size);

/* mmap(PROT_READ | PROT_WRITE, MAP_SHARED) of the file: the address or -errno. */
long __gmem_mmap(int fd, u64 offset, u64 size);
void *gmem_mmap(int fd, u64 offset, u64 size);

/* The flags that KVM_CREATE_GUEST_MEMFD takes on this VM; 0 before 6.18. */
u64 gmem_supported_flags(struct vm *vm);

#endif
