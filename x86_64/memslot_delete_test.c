// SPDX-License-Identifier: GPL-2.0
/*
 * A slot with a guest_memfd can be deleted at any time. That takes the memory
 * from the guest, but not from the file: bound again, it is there again.
 */
#include <unistd.h>

#include "arch.h"
#include "gmem.h"
#include "guest_mem.h"
#include "guest_mmu.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "page_pattern.h"
#include "refusal.h"
#include "stats.h"
#include "vcpu.h"
#include "vm.h"

#define ID		1
#define NR_PAGES	4
#define SLOT_SIZE	(NR_PAGES * PAGE_SIZE)
#define FILE_SIZE	(3 * SLOT_SIZE)
#define OFFSET		(SLOT_SIZE + PAGE_SIZE)
#define NEW_GPA		(TEST_GPA + SZ_4M + PAGE_SIZE)
#define GEN		3

FIXTURE(memslot_delete) {
	struct vm *vm;
	struct vcpu *vcpu;
	void *hva;
	int gmem;
};

static int bind_file(FIXTURE_DATA(memslot_delete) * self, u32 id, u64 gpa, int fd)
{
	return __memslot_set2(self->vm, id, KVM_MEM_GUEST_MEMFD, gpa, SLOT_SIZE, self->hva, fd,
			      OFFSET);
}

static int delete1(FIXTURE_DATA(memslot_delete) * self, u32 id)
{
	return __memslot_set1(self->vm, id, 0, 0, 0, NULL);
}

/* The slots of these tests come and go by their bare ioctls: ids 1, 2, ... */
FIXTURE_SETUP(memslot_delete)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->hva = backing_map(BACKING_ANON, SLOT_SIZE);
	self->gmem = gmem_create(self->vm, FILE_SIZE, 0);
	guest_mmu_map_identity(self->vm, TEST_GPA, SZ_2M);
	guest_mmu_map_identity(self->vm, NEW_GPA, SLOT_SIZE);
	mem_attrs_set_private(self->vm, TEST_GPA, SLOT_SIZE);
	mem_attrs_set_private(self->vm, NEW_GPA, SLOT_SIZE);

	ASSERT_OK(bind_file(self, ID, TEST_GPA, self->gmem));
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_PRIVATE, GEN);
}

FIXTURE_TEARDOWN(memslot_delete)
{
	vm_free(self->vm);
}

/* No slot at @gpa: nothing that the guest had there can be reached any more. */
#define EXPECT_NO_MEMORY_AT(gpa)						\
	do {									\
		vcpu_call(self->vcpu, guest_read_u64, gpa);			\
		EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), gpa, PAGE_SIZE,	\
				    KVM_MEMORY_EXIT_FLAG_PRIVATE);		\
	} while (0)

#define EXPECT_DATA_AT(gpa)							\
	do {									\
		vcpu_call(self->vcpu, guest_check_data, gpa);			\
		EXPECT_GUEST_DONE(vcpu_run(self->vcpu));			\
	} while (0)

/* What the set-up wrote at TEST_GPA, at any gpa. */
static void guest_check_data(u64 gpa)
{
	struct page_mismatch why;
	u64 i;

	for (i = 0; i < NR_PAGES; i++)
		GUEST_ASSERT_MSG(page_pattern_check((void *)(gpa + i * PAGE_SIZE), PAGE_PRIVATE,
						    (TEST_GPA >> PAGE_SHIFT) + i, GEN, &why),
				 "page %llu: word %#llx, not %#llx", i, why.found, why.expected);
}

/*
 * BIND-7: size 0 deletes, by either ioctl, with or without the flag. What else is
 * said about memory or file does not matter, not even a descriptor that is none.
 * Red: mutant bind-delete-checks-fd. Red: mutant bind-v1-keeps-gmem.
 */
TEST_F(memslot_delete, size_zero_deletes)
{
	const u32 gm = KVM_MEM_GUEST_MEMFD;

	EXPECT_OK(__memslot_set1(self->vm, ID, 0, TEST_GPA, 0, self->hva));
	EXPECT_NO_MEMORY_AT(TEST_GPA);

	EXPECT_OK(bind_file(self, ID, TEST_GPA, self->gmem));
	EXPECT_OK(__memslot_set1(self->vm, ID, 0, 0, 0, NULL));
	EXPECT_NO_MEMORY_AT(TEST_GPA);

	EXPECT_OK(bind_file(self, ID, TEST_GPA, self->gmem));
	EXPECT_OK(__memslot_set2(self->vm, ID, 0, TEST_GPA, 0, self->hva, 0, 0));
	EXPECT_NO_MEMORY_AT(TEST_GPA);

	EXPECT_OK(bind_file(self, ID, TEST_GPA, self->gmem));
	EXPECT_OK(__memslot_set2(self->vm, ID, gm, TEST_GPA, 0, self->hva, self->gmem, OFFSET));
	EXPECT_NO_MEMORY_AT(TEST_GPA);

	EXPECT_OK(bind_file(self, ID, TEST_GPA, self->gmem));
	EXPECT_OK(__memslot_set2(self->vm, ID, gm, 0, 0, NULL, -1, FILE_SIZE));
	EXPECT_NO_MEMORY_AT(TEST_GPA);

	EXPECT_OK(bind_file(self, ID, TEST_GPA, self->gmem));
	EXPECT_DATA_AT(TEST_GPA);
}

/*
 * BIND-7: what is not well formed deletes nothing; nor can a slot be deleted twice.
 * Red: mutant bind-v1-takes-gmem, mutant bind-unknown-flags (both delete).
 */
TEST_F(memslot_delete, refused_deletion_leaves_the_slot)
{
	struct refusal_watch *w = refusal_watch_create(self->vm, (struct refusal_scope){
		.fd = self->gmem, .file_pages = FILE_SIZE / PAGE_SIZE,
		.gpa = TEST_GPA, .guest_pages = NR_PAGES + 1, .vcpu = self->vcpu,
	});

	EXPECT_REFUSED(w, EINVAL, __memslot_set1(self->vm, ID, KVM_MEM_GUEST_MEMFD, 0, 0, NULL));
	EXPECT_REFUSED(w, EINVAL, __memslot_set1(self->vm, ID, BIT_ULL(31), 0, 0, NULL));
	EXPECT_REFUSED(w, EINVAL, __memslot_set2(self->vm, ID, BIT_ULL(31), 0, 0, NULL, -1, 0));
	EXPECT_REFUSED(w, EINVAL, __memslot_set2(self->vm, ID, KVM_MEM_GUEST_MEMFD, 0, 0, NULL,
						 self->gmem, 1));
	EXPECT_REFUSED(w, EINVAL, delete1(self, ID + 1));
	EXPECT_DATA_AT(TEST_GPA);

	EXPECT_OK(delete1(self, ID));
	refusal_watch_renew(w);
	EXPECT_REFUSED(w, EINVAL, delete1(self, ID));
	EXPECT_NO_MEMORY_AT(TEST_GPA);

	close(self->gmem);
	vm_free(self->vm);
	self->vm = NULL;
	EXPECT_NOT_HELD(w);
	refusal_watch_free(w);
}

/*
 * BIND-7: data belong to the file: after the deletion they are found at another
 * gpa, by another slot, and in the old place when it is bound there again.
 * Red: mutant bind-delete-truncates.
 */
TEST_F(memslot_delete, data_survive_rebinding_elsewhere)
{
	EXPECT_OK(delete1(self, ID));
	EXPECT_OK(bind_file(self, ID + 1, NEW_GPA, self->gmem));
	EXPECT_DATA_AT(NEW_GPA);
	EXPECT_NO_MEMORY_AT(TEST_GPA);

	EXPECT_OK(delete1(self, ID + 1));
	EXPECT_OK(bind_file(self, ID + 1, TEST_GPA, self->gmem));
	EXPECT_DATA_AT(TEST_GPA);
	EXPECT_NO_MEMORY_AT(NEW_GPA);

	/* The old id is free, and nothing of the slot is left in the new one. */
	EXPECT_OK(__memslot_set2(self->vm, ID, KVM_MEM_GUEST_MEMFD, NEW_GPA, SLOT_SIZE,
				 self->hva, self->gmem, 0));
	vcpu_call(self->vcpu, guest_check_zero, NEW_GPA, NR_PAGES);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	EXPECT_DATA_AT(TEST_GPA);
}

/*
 * BIND-7: the guest had the pages mapped. A new file in the old place is empty, and
 * what is written to it does not arrive in the old one.
 * Red: mutant bind-delete-leaves-mappings.
 */
TEST_F(memslot_delete, new_file_in_the_old_place_is_another)
{
	int empty = gmem_create(self->vm, FILE_SIZE, 0);

	EXPECT_OK(delete1(self, ID));
	EXPECT_OK(bind_file(self, ID, TEST_GPA, empty));
	vcpu_call(self->vcpu, guest_check_zero, TEST_GPA, NR_PAGES);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_PRIVATE, GEN + 1);

	EXPECT_OK(bind_file(self, ID + 1, NEW_GPA, self->gmem));
	EXPECT_DATA_AT(NEW_GPA);
	close(empty);
}

/*
 * BIND-7: all of the range is free after the deletion, in one piece or in two.
 * Red: mutant bind-v1-keeps-gmem.
 */
TEST_F(memslot_delete, deleted_range_can_be_bound_again)
{
	EXPECT_OK(delete1(self, ID));
	EXPECT_OK(__memslot_set2(self->vm, ID, KVM_MEM_GUEST_MEMFD, NEW_GPA, PAGE_SIZE, self->hva,
				 self->gmem, OFFSET + SLOT_SIZE - PAGE_SIZE));
	EXPECT_OK(__memslot_set2(self->vm, ID + 1, KVM_MEM_GUEST_MEMFD, TEST_GPA,
				 SLOT_SIZE - PAGE_SIZE, self->hva, self->gmem, OFFSET));
	EXPECT_OK(delete1(self, ID));
	EXPECT_OK(delete1(self, ID + 1));
	EXPECT_OK(bind_file(self, ID, TEST_GPA, self->gmem));
	EXPECT_DATA_AT(TEST_GPA);
}

/* What becomes of the mappings of the slots that stay. */
FIXTURE(other_slot) {
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *goes;
};

FIXTURE_VARIANT(other_slot) {
	bool private_type;
	bool quirk;
};

FIXTURE_VARIANT_ADD(other_slot, private_vm) { .private_type = true, .quirk = true };
FIXTURE_VARIANT_ADD(other_slot, default_vm) { .private_type = false, .quirk = true };
FIXTURE_VARIANT_ADD(other_slot, default_vm_no_quirk) { .private_type = false, .quirk = false };

FIXTURE_SETUP(other_slot)
{
	const u32 what = variant->private_type ? MEMSLOT_GMEM : 0;
	long type = variant->private_type ? vm_private_type() : VM_TYPE_DEFAULT;
	const u64 side = variant->private_type ? PAGE_PRIVATE : PAGE_SHARED;

	REQUIRE_KVM_OF_THE_TREE();
	REQUIRE(kvm_cap(KVM_CAP_DISABLE_QUIRKS2) & KVM_X86_QUIRK_SLOT_ZAP_ALL,
		"no KVM_X86_QUIRK_SLOT_ZAP_ALL (before 6.12)");
	REQUIRE(type >= 0, "no VM type with private memory");
	self->vm = vm_create(type);
	if (!variant->quirk)
		vm_enable_cap(self->vm, KVM_CAP_DISABLE_QUIRKS2, KVM_X86_QUIRK_SLOT_ZAP_ALL);
	self->vcpu = vcpu_create(self->vm);
	memslot_add(self->vm, TEST_GPA, SLOT_SIZE, what);
	self->goes = memslot_add(self->vm, NEW_GPA, SLOT_SIZE, what);
	if (variant->private_type) {
		mem_attrs_set_private(self->vm, TEST_GPA, SLOT_SIZE);
		mem_attrs_set_private(self->vm, NEW_GPA, SLOT_SIZE);
	}
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PAGES, side, GEN);
	vcpu_call_done(self->vcpu, guest_fill_pages, NEW_GPA, NR_PAGES, side, GEN);
	vcpu_call_done(self->vcpu, guest_check_pages, TEST_GPA, NR_PAGES, side, GEN);
}

FIXTURE_TEARDOWN(other_slot)
{
	vm_free(self->vm);
}

static u64 nr_mapped(struct vm *vm)
{
	return kvm_stat_get(vm->fd, "pages_4k") + kvm_stat_get(vm->fd, "pages_2m");
}

/*
 * BIND-7: the deleted slot's mappings go and no others, so that the guest takes no fault
 * in the slots that stay; but all go in a VM of the default type, until that quirk of old
 * (KVM_X86_QUIRK_SLOT_ZAP_ALL, since 6.12) is disabled. Red: mutants
 * slot-delete-zaps-others, slot-delete-quirk-inverted.
 */
TEST_F(other_slot, keeps_its_mappings_but_for_the_quirk)
{
	const bool zap_all = variant->quirk && !variant->private_type;
	const u64 side = variant->private_type ? PAGE_PRIVATE : PAGE_SHARED;
	u64 mapped = nr_mapped(self->vm), fixed = kvm_stat_get(self->vcpu->fd, "pf_fixed");

	memslot_delete(self->goes);
	EXPECT_EQ(zap_all ? 0 : mapped - NR_PAGES, nr_mapped(self->vm));
	vcpu_call(self->vcpu, guest_check_pages, TEST_GPA, NR_PAGES, side, GEN);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	fixed = kvm_stat_get(self->vcpu->fd, "pf_fixed") - fixed;
	if (zap_all) {
		EXPECT_LE(NR_PAGES, fixed);
	} else {
		EXPECT_EQ(0, fixed);
	}
}

GMEM_TEST_MAIN
