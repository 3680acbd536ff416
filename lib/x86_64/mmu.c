// SPDX-License-Identifier: GPL-2.0
/* The guest's four-level page tables, built by the host in slot 0. */
#include "arch.h"
#include "fail.h"
#include "guest_image.h"
#include "vm.h"
#include "x86.h"

#define TABLE_ENTRIES	512
#define ROOT_LEVEL	4

/*
 * Accessed and dirty are set from the start: the hardware's walk then never
 * writes to a table, which matters to tests that count faults.
 */
#define TABLE_BITS	(X86_PTE_P | X86_PTE_W | X86_PTE_A)
#define LEAF_BITS	(TABLE_BITS | X86_PTE_D)

static u64 level_size(int level)
{
	return PAGE_SIZE << (9 * (level - 1));
}

static u64 *table_entry(struct vm *vm, u64 table, u64 gva, int level)
{
	u64 index = gva / level_size(level) % TABLE_ENTRIES;

	return (u64 *)guest_image_hva(vm, table) + index;
}

/* The table below @entry, made when there is none; a large leaf is replaced. */
static u64 next_table(struct vm *vm, u64 *entry)
{
	if (!(*entry & X86_PTE_P) || *entry & X86_PTE_PS)
		*entry = guest_image_alloc(vm, 1) | TABLE_BITS;
	return *entry & X86_PTE_ADDR;
}

static void map_leaf(struct vm *vm, u64 gva, u64 gpa, int leaf_level)
{
	u64 table = vm->mmu_root;
	u64 *entry;
	int level;

	for (level = ROOT_LEVEL; level > leaf_level; level--)
		table = next_table(vm, table_entry(vm, table, gva, level));

	entry = table_entry(vm, table, gva, leaf_level);
	/* A finer mapping that a test made on purpose stays. */
	if (leaf_level > 1 && *entry & X86_PTE_P && !(*entry & X86_PTE_PS))
		return;
	*entry = gpa | LEAF_BITS | (leaf_level > 1 ? X86_PTE_PS : 0);
}

void arch_mmu_map(struct vm *vm, u64 gva, u64 gpa, u64 size, u64 leaf_size)
{
	int level = leaf_size == PAGE_SIZE ? 1 : 2;
	u64 offset;

	FAIL_UNLESS(leaf_size == level_size(level) && IS_ALIGNED_TO(gva | gpa | size, leaf_size),
		    "map gva %#llx to gpa %#llx, size %#llx, with leaves of %#llx", gva, gpa, size,
		    leaf_size);
	if (!vm->mmu_root)
		vm->mmu_root = guest_image_alloc(vm, 1);
	for (offset = 0; offset < size; offset += leaf_size)
		map_leaf(vm, gva + offset, gpa + offset, level);
}
