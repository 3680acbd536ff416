/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest's page tables, seen from the host. Tests use guest-virtual
 * addresses equal to guest-physical ones unless they say otherwise.
 */
#ifndef KVM_GMEM_GUEST_MMU_H
#define KVM_GMEM_GUEST_MMU_H

#include "types.h"

struct vm;

/*
 * Map [gpa, gpa + size) 1:1, with large leaves over everything that overlaps:
 * memory around a slot is then reachable too, and an access to it ends in KVM
 * (MMIO or KVM_EXIT_MEMORY_FAULT) instead of a #PF in the guest. memslot_add()
 * does this for its slot; call it for a gpa without a slot.
 */
void guest_mmu_map_identity(struct vm *vm, u64 gpa, u64 size);

#endif
