// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "tiny_guest.h"
#include "vm.h"
#include "vmm/tiny_vm.h"
#include "vmm/vmm_trace.h"

static struct ram_block *add_block(struct tiny_vm *t, const char *name, u64 gpa, u64 size,
				   u32 flags)
{
	struct ram_block *b = ram_block_create(t->vmm.vm, name, gpa, size, BACKING_ANON, flags);

	vmm_add_block(&t->vmm, b);
	vmm_trace("%-6s block        [%#llx, +%#llx) starts %s", name, gpa, size,
		  flags & RAM_BLOCK_START_PRIVATE ? "private" : "shared");
	return b;
}

void tiny_vm_create(struct tiny_vm *t)
{
	*t = (struct tiny_vm){};
	vmm_init(&t->vmm, vm_create(vm_private_type()));
	t->vcpu = vcpu_create(t->vmm.vm);
	t->firmware = add_block(t, "bios", TINY_FIRMWARE_GPA, TINY_FIRMWARE_SIZE,
				RAM_BLOCK_START_PRIVATE);
	t->loader = add_block(t, "loader", TINY_LOADER_GPA, TINY_LOADER_SIZE, 0);
	t->ram = add_block(t, "ram", TINY_RAM_GPA, TINY_RAM_SIZE, RAM_BLOCK_START_PRIVATE);
	memcpy(t->loader->hva, tiny_firmware_start, tiny_firmware_end - tiny_firmware_start);
}

void tiny_vm_free(struct tiny_vm *t)
{
	vm_free(t->vmm.vm);
	ram_block_free(t->ram);
	ram_block_free(t->loader);
	ram_block_free(t->firmware);
}

static bool answer_doorbell(struct tiny_vm *t, const struct vm_exit *exit)
{
	static const char *const names[] = {
		"hello", "device, read", "device, write", "device, intrude",
	};
	u64 why = exit->uc.args[0], gpa = exit->uc.args[1];

	if (exit->ucall != UCALL_SYNC || why >= NR_TINY_DOORBELLS || !vmm_find_block(&t->vmm, gpa))
		return false;
	vmm_trace("guest  rings for    %s at %#llx", names[why], gpa);
	t->nr_doorbells[why]++;
	t->doorbell(t, why, gpa, ram_block_hva(vmm_find_block(&t->vmm, gpa), gpa));
	return true;
}

struct vm_exit tiny_vm_run(struct tiny_vm *t, bool has_device)
{
	struct vm_exit exit;

	vcpu_call(t->vcpu, tiny_guest_main, has_device);
	do {
		exit = vmm_run(&t->vmm, t->vcpu);
	} while (answer_doorbell(t, &exit));
	vmm_trace("guest  ends: %s", vm_exit_str(&exit));
	return exit;
}

void tiny_vm_answer(void *message)
{
	u8 *bytes = message;
	int i;

	for (i = 0; i < TINY_MESSAGE_SIZE; i++)
		bytes[i] = i;
}

static void print_block(const struct ram_block *b)
{
	const struct ram_block_stats *s = &b->stats;

	printf("%-8s %8llu %8llu %8llu %8llu %8llu %8llu\n", b->name, b->size >> PAGE_SHIFT,
	       ram_block_count_shared(b, b->gpa, b->size),
	       ram_block_count_private(b, b->gpa, b->size), s->pages_to_private,
	       s->pages_to_shared, (s->freed_shared + s->freed_private) >> PAGE_SHIFT);
}

void tiny_vm_print(const struct tiny_vm *t)
{
	u64 nr_doorbells = 0;
	int i;

	for (i = 0; i < NR_TINY_DOORBELLS; i++)
		nr_doorbells += t->nr_doorbells[i];
	printf("exits: %llu hypercalls, %llu memory faults, %llu doorbells\n",
	       t->vmm.nr_hypercalls, t->vmm.nr_memory_faults, nr_doorbells);
	printf("%-8s %8s %8s %8s %8s %8s %8s\n", "block", "pages", "shared", "private", "->priv",
	       "->share", "freed");
	for (i = 0; i < t->vmm.nr_blocks; i++)
		print_block(t->vmm.blocks[i]);
}
