// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fail.h"
#include "gmem.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "vm.h"
#include "vmm/ram_block.h"

static void allocate(struct ram_block *b)
{
	bool private_type = (long)b->vm->type == vm_private_type();
	u64 flags = gmem_supported_flags(b->vm);

	b->gmem_fd = -1;
	if (b->flags & RAM_BLOCK_IN_PLACE) {
		FAIL_UNLESS(flags & GUEST_MEMFD_FLAG_MMAP, "no guest_memfd that can be mapped");
		b->gmem_fd = gmem_create(b->vm, b->size, flags);
		b->hva = gmem_mmap(b->gmem_fd, 0, b->size);
		return;
	}
	b->hva = backing_map(b->kind, b->size);
	if (private_type)
		b->gmem_fd = gmem_create(b->vm, b->size, 0);
}

static void add_slot(struct ram_block *b, u64 offset, u64 size)
{
	if (!size)
		return;
	b->slots[b->nr_slots++] = memslot_add_hva(b->vm, b->gpa + offset, size, b->hva + offset,
						  b->gmem_fd, offset);
}

void ram_block_set_hole(struct ram_block *b, u64 offset, u64 size)
{
	FAIL_UNLESS(offset <= b->size && size <= b->size - offset, "hole [%#llx, +%#llx) of %#llx",
		    offset, size, b->size);
	while (b->nr_slots)
		memslot_delete(b->slots[--b->nr_slots]);
	if (!size)
		offset = 0;
	add_slot(b, 0, offset);
	add_slot(b, offset + size, b->size - offset - size);
}

struct ram_block *ram_block_create(struct vm *vm, const char *name, u64 gpa, u64 size,
				   enum backing_kind kind, u32 flags)
{
	struct ram_block *b = calloc(1, sizeof(*b));

	FAIL_UNLESS(b, "out of memory");
	*b = (struct ram_block){
		.vm = vm, .name = name, .gpa = gpa, .size = size, .kind = kind, .flags = flags,
	};
	allocate(b);
	b->discard = ram_discard_create(size / PAGE_SIZE, !(flags & RAM_BLOCK_START_PRIVATE));
	if (flags & RAM_BLOCK_START_PRIVATE)
		mem_attrs_set_private(vm, gpa, size);
	ram_block_set_hole(b, 0, 0);
	return b;
}

void ram_block_free(struct ram_block *b)
{
	if (!b)
		return;
	if (b->flags & RAM_BLOCK_IN_PLACE)
		munmap(b->hva, b->size);
	else
		backing_unmap(b->kind, b->hva, b->size);
	if (b->gmem_fd >= 0)
		close(b->gmem_fd);
	ram_discard_free(b->discard);
	free(b);
}

bool ram_block_is_shared(const struct ram_block *b, u64 gpa)
{
	return ram_discard_is_populated(b->discard, (gpa - b->gpa) / PAGE_SIZE);
}

u64 ram_block_count_shared(const struct ram_block *b, u64 gpa, u64 size)
{
	u64 i, nr = 0, nr_pages = size / PAGE_SIZE;
	unsigned char *present = malloc(nr_pages);

	FAIL_UNLESS(present, "out of memory");
	FAIL_UNLESS(!mincore(b->hva + (gpa - b->gpa), size, present), "mincore: %s",
		    errno_name(errno));
	for (i = 0; i < nr_pages; i++)
		nr += present[i] & 1;
	free(present);
	return nr;
}
