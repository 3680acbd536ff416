// SPDX-License-Identifier: GPL-2.0
/*
 * A slot takes kernel memory of its own, before anything is in it: whoever may create VMs
 * could take all of it if nobody paid, or if a slot that was refused, deleted or moved
 * kept some. arch/x86/kvm/x86.c, kvm_alloc_memslot_metadata().
 */
#include <unistd.h>

#include "disposable.h"
#include "gmem_fixture.h"
#include "harness.h"
#include "memcg.h"
#include "memslot.h"
#include "module_param.h"
#include "vm.h"
#include "x86.h"

/*
 * For each 2M of a slot KVM keeps 4 bytes: 1 MB for this one. Those for each 1G, and what
 * else there is of a slot, are a page or two. A VM with private memory would look up the
 * attributes of all these pages, too, which takes long: VMs of the default type do.
 */
#define NR_PAGES	BIT_ULL(27)
#define SIZE		(NR_PAGES * PAGE_SIZE)
#define METADATA	(SIZE / SZ_2M * 4)
#define GPA		(TEST_GPA + SZ_2M)
#define OTHER_GPA	(GPA + SZ_2M)
#define GPA_BITS	40
/* Nothing need be there until the guest wants it. */
#define HVA		((void *)SZ_1G)

#define NR_TIMES	16
#define NR_VMS		8

FIXTURE(memslot_memcg)
{
	struct vm *vm;
	int fd;
	struct refusal_watch *watch;
	struct memcg cg;
};

FIXTURE_SETUP(memslot_memcg)
{
	self->fd = -1;
	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(x86_host_address_bits() >= GPA_BITS, "guests have too small addresses");
	REQUIRE(module_param_is_set("kvm", "tdp_mmu"),
		"other MMUs than the TDP MMU keep more for each page than there is memory");
	REQUIRE(memcg_available(), "no memory cgroup that this process may make");
	self->vm = vm_create_bare(VM_TYPE_DEFAULT);
	memcg_create(&self->cg);
}

FIXTURE_TEARDOWN(memslot_memcg)
{
	if (self->fd >= 0)
		close(self->fd);
	vm_free(self->vm);
	memcg_leave(&self->cg);
	memcg_delete(&self->cg);
	EXPECT_NOT_HELD(self->watch);
	refusal_watch_free(self->watch);
}

static struct memslot *add_large_slot(struct vm *vm)
{
	return memslot_add_hva(vm, GPA, SIZE, HVA, -1, 0);
}

/*
 * CREATE-10, BIND-14: since 7.3 the file is asked last, when KVM has all that the slot
 * needs: a file that refuses has it given back. Red: mutant bind-refused-keeps-memory.
 */
TEST_F(memslot_memcg, refused_binding_keeps_no_memory)
{
	const int err = memslot_gmem_overlap_errno();
	u32 id = self->vm->next_slot_id + 1;
	int i;

	REQUIRE(vm_cap(self->vm, KVM_CAP_GUEST_MEMFD),
		"no guest_memfd for this VM type (before 6.18)");
	self->fd = gmem_create(self->vm, SIZE, 0);
	memslot_add_hva(self->vm, TEST_GPA, PAGE_SIZE, HVA, self->fd, 0);
	self->watch = refusal_watch_create(self->vm, (struct refusal_scope){
		.fd = self->fd, .file_pages = 2, .gpa = TEST_GPA, .guest_pages = 1,
	});
	memcg_enter(&self->cg);
	for (i = 0; i < NR_TIMES; i++) {
		EXPECT_REFUSED(self->watch, err,
			       __memslot_set2(self->vm, id, KVM_MEM_GUEST_MEMFD, GPA, SIZE, HVA,
					      self->fd, 0));
	}
	EXPECT_SETTLES_AT(&self->cg, 0);
}

/* CREATE-10: a slot that is deleted leaves nothing. Red: mutant slot-deleted-keeps-memory. */
TEST_F(memslot_memcg, deleted_slot_keeps_no_memory)
{
	int i;

	memcg_enter(&self->cg);
	for (i = 0; i < NR_TIMES; i++)
		memslot_delete(add_large_slot(self->vm));
	EXPECT_SETTLES_AT(&self->cg, 0);
}

/*
 * CREATE-10, BIND-16: what is kept for a slot depends on where it is: one that moves gets
 * new memory and gives back the old. Red: mutant slot-moved-keeps-memory.
 */
TEST_F(memslot_memcg, moved_slot_keeps_no_memory)
{
	struct memslot *slot;
	int i;

	memcg_enter(&self->cg);
	slot = add_large_slot(self->vm);
	for (i = 0; i < NR_TIMES; i++) {
		slot->gpa = slot->gpa == GPA ? OTHER_GPA : GPA;
		ASSERT_EQ(0, __memslot_set1(self->vm, slot->id, 0, slot->gpa, SIZE, HVA));
	}
	EXPECT_SETTLES_AT(&self->cg, METADATA);
	memslot_delete(slot);
	EXPECT_SETTLES_AT(&self->cg, 0);
}

/*
 * CREATE-10: whoever adds a slot is charged for what KVM keeps of it, until the VM is gone.
 * Red: mutants slot-uncharged, slot-deleted-keeps-memory.
 */
TEST_F(memslot_memcg, slots_are_charged_and_given_back)
{
	struct vm *vms[NR_VMS];
	int i;

	for (i = 0; i < NR_VMS; i++)
		vms[i] = vm_create_bare(VM_TYPE_DEFAULT);
	memcg_enter(&self->cg);
	for (i = 0; i < NR_VMS; i++)
		add_large_slot(vms[i]);
	EXPECT_CHARGED(&self->cg, NR_VMS * METADATA);
	for (i = 0; i < NR_VMS; i++)
		vm_free(vms[i]);
	EXPECT_SETTLES_AT(&self->cg, 0);
}

GMEM_TEST_MAIN
