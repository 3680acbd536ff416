// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "arch.h"
#include "fail.h"
#include "gmem.h"
#include "guest_mmu.h"
#include "kernel_version.h"
#include "memslot.h"
#include "vm.h"

int __memslot_set2(struct vm *vm, u32 id, u32 flags, u64 gpa, u64 size,
		   const void *hva, int gmem_fd, u64 gmem_offset)
{
	struct kvm_userspace_memory_region2 region = {
		.slot = id,
		.flags = flags,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (u64)(unsigned long)hva,
		.guest_memfd = (u32)gmem_fd,
		.guest_memfd_offset = gmem_offset,
	};

	return vm_ioctl(vm, KVM_SET_USER_MEMORY_REGION2, &region);
}

int __memslot_set1(struct vm *vm, u32 id, u32 flags, u64 gpa, u64 size,
		   const void *hva)
{
	struct kvm_userspace_memory_region region = {
		.slot = id,
		.flags = flags,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (u64)(unsigned long)hva,
	};

	return vm_ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region);
}

static u32 kvm_flags(u32 what, int gmem_fd)
{
	u32 flags = gmem_fd >= 0 ? KVM_MEM_GUEST_MEMFD : 0;

	if (what & MEMSLOT_READONLY)
		flags |= KVM_MEM_READONLY;
	if (what & MEMSLOT_LOG_DIRTY)
		flags |= KVM_MEM_LOG_DIRTY_PAGES;
	return flags;
}

static struct memslot *memslot_install(struct vm *vm, const struct memslot *tmpl)
{
	struct memslot *slot = malloc(sizeof(*slot));
	int ret;

	FAIL_UNLESS(slot, "out of memory");
	*slot = *tmpl;
	slot->vm = vm;
	slot->id = vm->next_slot_id++;
	/* Kernels before 6.8 have only the first ioctl: use it where it will do. */
	if (slot->flags & KVM_MEM_GUEST_MEMFD)
		ret = __memslot_set2(vm, slot->id, slot->flags, slot->gpa, slot->size,
				     slot->hva, slot->gmem_fd, slot->gmem_offset);
	else
		ret = __memslot_set1(vm, slot->id, slot->flags, slot->gpa, slot->size,
				     slot->hva);
	FAIL_UNLESS(!ret, "slot %u, gpa %#llx, size %#llx, hva %p, gmem %d+%#llx, flags %#x: %s",
		    slot->id, slot->gpa, slot->size, slot->hva, slot->gmem_fd,
		    slot->gmem_offset, slot->flags, errno_name(-ret));
	slot->next = vm->slots;
	vm->slots = slot;
	if (vm->image)
		guest_mmu_map_identity(vm, slot->gpa, slot->size);
	return slot;
}

struct memslot *memslot_add_backed(struct vm *vm, u64 gpa, u64 size, u32 what,
				   enum backing_kind kind)
{
	struct memslot slot = {
		.gpa = gpa,
		.size = size,
		.hva = backing_map(kind, size),
		.kind = kind,
		.gmem_fd = -1,
		.owns_hva = true,
	};

	if (what & MEMSLOT_GMEM) {
		slot.gmem_fd = gmem_create(vm, size, 0);
		slot.owns_gmem = true;
	}
	slot.flags = kvm_flags(what, slot.gmem_fd);
	return memslot_install(vm, &slot);
}

struct memslot *memslot_add(struct vm *vm, u64 gpa, u64 size, u32 what)
{
	return memslot_add_backed(vm, gpa, size, what, BACKING_ANON);
}

struct memslot *memslot_add_hva(struct vm *vm, u64 gpa, u64 size, void *hva,
				int gmem_fd, u64 gmem_offset)
{
	struct memslot slot = {
		.gpa = gpa,
		.size = size,
		.hva = hva,
		.gmem_fd = gmem_fd,
		.gmem_offset = gmem_offset,
		.flags = kvm_flags(0, gmem_fd),
	};

	return memslot_install(vm, &slot);
}

struct memslot *memslot_add_gmem(struct vm *vm, u64 gpa, u64 size, int gmem_fd,
				 u64 gmem_offset)
{
	struct memslot *slot;

	slot = memslot_add_hva(vm, gpa, size, backing_map(BACKING_ANON, size),
			       gmem_fd, gmem_offset);
	slot->owns_hva = true;
	return slot;
}

int memslot_gmem_overlap_errno(void)
{
	return kernel_at_least(7, 2) ? EEXIST : EINVAL;
}

void memslot_release(struct memslot *slot)
{
	struct memslot **link = &slot->vm->slots;

	while (*link != slot)
		link = &(*link)->next;
	*link = slot->next;
	if (slot->owns_hva)
		backing_unmap(slot->kind, slot->hva, slot->size);
	if (slot->owns_gmem)
		close(slot->gmem_fd);
	free(slot);
}

void memslot_delete(struct memslot *slot)
{
	MUST(__memslot_set1(slot->vm, slot->id, 0, slot->gpa, 0, slot->hva));
	memslot_release(slot);
}

void *memslot_hva(const struct memslot *slot, u64 gpa)
{
	FAIL_UNLESS(gpa - slot->gpa < slot->size, "gpa %#llx is outside slot %u [%#llx, +%#llx)",
		    gpa, slot->id, slot->gpa, slot->size);
	return (char *)slot->hva + (gpa - slot->gpa);
}
