// SPDX-License-Identifier: GPL-2.0
#include "arch.h"
#include "guest_mmu.h"

void guest_mmu_map_identity(struct vm *vm, u64 gpa, u64 size)
{
	u64 start = ALIGN_DOWN_TO(gpa, ARCH_LARGE_PAGE_SIZE);
	u64 end = ALIGN_UP_TO(gpa + size, ARCH_LARGE_PAGE_SIZE);

	arch_mmu_map(vm, start, start, end - start, ARCH_LARGE_PAGE_SIZE);
}
