/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The smallest confidential VM: what demo/ runs and explains, and tests check. It has
 * three RAM blocks: the firmware's, which starts private and empty; a loader's, which
 * starts shared and has the firmware in it; and RAM, which starts private.
 *
 * The guest copies the firmware into private memory and makes the loader's block
 * private, too. The firmware, running from there, fills all of RAM, shares a bounce
 * buffer to talk to the host, takes it back, and in the end finds RAM as it filled it.
 */
#ifndef KVM_GMEM_VMM_TINY_VM_H
#define KVM_GMEM_VMM_TINY_VM_H

#include "vmm/vmm.h"

#define TINY_RAM_GPA		TEST_GPA
#define TINY_RAM_SIZE		(2 * SZ_2M)
#define TINY_FIRMWARE_GPA	(TEST_GPA + 64 * SZ_1M)
#define TINY_FIRMWARE_SIZE	SZ_64K
#define TINY_LOADER_GPA		(TEST_GPA + 65 * SZ_1M)
#define TINY_LOADER_SIZE	(4 * PAGE_SIZE)

/* Where the guest's bounce buffer is in RAM. */
#define TINY_BOUNCE_GPA		(TINY_RAM_GPA + 5 * PAGE_SIZE)
#define TINY_BOUNCE_SIZE	(2 * PAGE_SIZE)
#define TINY_MESSAGE_SIZE	1024

/* Why the guest rang. */
enum tiny_doorbell {
	TINY_HELLO,		/* a message is in the bounce buffer: answer in its place */
	TINY_DEVICE_READ,	/* a device is to read the message, */
	TINY_DEVICE_WRITE,	/* and to write it to the second half of the buffer's page */
	TINY_DEVICE_INTRUDE,	/* a device is to write to what is private now */
	NR_TINY_DOORBELLS,
};

struct tiny_vm {
	struct vmm vmm;
	struct vcpu *vcpu;
	struct ram_block *ram;
	struct ram_block *firmware;
	struct ram_block *loader;
	/* What the host does when the guest rings; @hva is the shared side at @gpa. */
	void (*doorbell)(struct tiny_vm *t, enum tiny_doorbell why, u64 gpa, void *hva);
	void *arg;		/* the caller's */
	u64 nr_doorbells[NR_TINY_DOORBELLS];
};

/* Needs a VM type with private memory and KVM_CAP_EXIT_HYPERCALL. */
void tiny_vm_create(struct tiny_vm *t);
void tiny_vm_free(struct tiny_vm *t);

/*
 * Boot, and run until the guest is done: the exit, which is not UCALL_DONE if something
 * went wrong. @has_device: the guest uses one.
 */
struct vm_exit tiny_vm_run(struct tiny_vm *t, bool has_device);

/* The answer to TINY_HELLO that the guest expects. */
void tiny_vm_answer(void *message);

/* Exits by kind, pages converted, memory freed and in use: to stdout. */
void tiny_vm_print(const struct tiny_vm *t);

#endif
