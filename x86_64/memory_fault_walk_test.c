// SPDX-License-Identifier: GPL-2.0
/*
 * Accesses that no instruction names: those of the page walk, of segment loads
 * and of interrupt delivery. For KVM_EXIT_MEMORY_FAULT they are like any other,
 * and so is the private side: the CPU finds its tables there.
 */
#include <string.h>

#include "guest_image.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "vcpu.h"
#include "vm.h"
#include "x86.h"

#define SLOT_SIZE	(8 * PAGE_SIZE)
/* Page tables for the second root entry, one page for each level: 3, 2, 1, data. */
#define TABLE_GPA(level)	(TEST_GPA + (5 - (level)) * PAGE_SIZE)
#define DATA_GPA		TABLE_GPA(0)
#define DESCRIPTORS_GPA	(TEST_GPA + 6 * PAGE_SIZE)

#define ROOT_INDEX	1
#define WALKED_GVA	(ROOT_INDEX * SZ_1G * 512)
#define DATA_WORD	0x1234567890abcdefULL

FIXTURE(walk)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
};

FIXTURE_VARIANT(walk)
{
	int level;
};

FIXTURE_VARIANT_ADD(walk, level3) { .level = 3 };
FIXTURE_VARIANT_ADD(walk, level2) { .level = 2 };
FIXTURE_VARIANT_ADD(walk, level1) { .level = 1 };
FIXTURE_VARIANT_ADD(walk, level0) { .level = 0 };

/* Entry 0 of each table leads to the next level; A and D are the CPU's to set. */
static u64 first_word(int level)
{
	return level ? TABLE_GPA(level - 1) | X86_PTE_P | X86_PTE_W : DATA_WORD;
}

FIXTURE_SETUP(walk)
{
	u64 *root;
	int level;

	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, 0);
	for (level = 3; level >= 0; level--)
		*(u64 *)memslot_hva(self->slot, TABLE_GPA(level)) = first_word(level);
	root = guest_image_hva(self->vm, self->vm->mmu_root);
	root[ROOT_INDEX] = TABLE_GPA(3) | X86_PTE_P | X86_PTE_W;
}

FIXTURE_TEARDOWN(walk)
{
	vm_free(self->vm);
}

/*
 * EXIT-2: of all the pages that a translation touches, it is the private one.
 * Red: mutants exit-mf-access-flags, exit-private-falls-to-hva.
 */
TEST_F(walk, private_page_on_the_way_faults_with_its_own_gpa)
{
	u64 gpa = TABLE_GPA(variant->level);
	u64 accessed = variant->level ? X86_PTE_A : 0;

	mem_attrs_set_private(self->vm, gpa, PAGE_SIZE);
	vcpu_call(self->vcpu, guest_read_u64, WALKED_GVA);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), gpa, PAGE_SIZE, KVM_MEMORY_EXIT_FLAG_PRIVATE);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), gpa, PAGE_SIZE, KVM_MEMORY_EXIT_FLAG_PRIVATE);
	EXPECT_EQ(first_word(variant->level), *(u64 *)memslot_hva(self->slot, gpa));

	mem_attrs_set_shared(self->vm, gpa, PAGE_SIZE);
	EXPECT_GUEST_RETURNED(DATA_WORD, vcpu_run(self->vcpu));
	EXPECT_EQ(first_word(variant->level) | accessed,
		  *(u64 *)memslot_hva(self->slot, gpa));
}

struct table_register {
	u16 limit;
	u64 base;
} __attribute__((packed));

#define DATA_SELECTOR	0x10
#define GDT_SIZE	0x28

/* Load %es from a descriptor table that lies at @gpa; back to the old one after. */
static u64 guest_load_segment(u64 gpa)
{
	struct table_register mine = { GDT_SIZE - 1, gpa }, old;
	u64 es;

	asm volatile("sgdt %0" : "=m"(old));
	asm volatile("lgdt %0" : : "m"(mine));
	asm volatile("mov %1, %%es; mov %%es, %0" : "=r"(es) : "r"((u64)DATA_SELECTOR));
	asm volatile("lgdt %0" : : "m"(old));
	return es;
}

/* #UD with the interrupt descriptor table at @gpa: the vector that was taken. */
static u64 guest_take_exception(u64 gpa)
{
	struct vcpu_area *area = guest_area();
	struct table_register mine = { PAGE_SIZE - 1, gpa }, old;

	area->fixup_vector = ~0ULL;
	asm volatile("sidt %0" : "=m"(old));
	asm volatile("lidt %0" : : "m"(mine));
	asm volatile("lea 1f(%%rip), %%rax; mov %%rax, %0; ud2; 1:"
		     : "=m"(area->fixup_ip) : : "rax", "memory");
	asm volatile("lidt %0" : : "m"(old));
	return area->fixup_vector;
}

FIXTURE(descriptors)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
};

FIXTURE_VARIANT(descriptors)
{
	u64 (*guest)(u64 gpa);
	u64 result;
	bool idt;
};

FIXTURE_VARIANT_ADD(descriptors, gdt) {
	.guest = guest_load_segment, .result = DATA_SELECTOR
};

FIXTURE_VARIANT_ADD(descriptors, idt) {
	.guest = guest_take_exception, .result = X86_VECTOR_UD, .idt = true
};

FIXTURE_SETUP(descriptors)
{
	struct kvm_sregs sregs;
	struct kvm_dtable *dt;

	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, 0);

	vcpu_get_sregs(self->vcpu, &sregs);
	dt = variant->idt ? &sregs.idt : &sregs.gdt;
	memcpy(memslot_hva(self->slot, DESCRIPTORS_GPA), guest_image_hva(self->vm, dt->base),
	       dt->limit + 1);
}

FIXTURE_TEARDOWN(descriptors)
{
	vm_free(self->vm);
}

/*
 * EXIT-2: a descriptor in a private page. The load, or the delivery of the
 * exception, is done again after the fix, and once: a second #UD would find no
 * handler waiting for it. Red: mutants exit-mf-gpa-not-aligned,
 * exit-mf-skips-insn.
 */
TEST_F(descriptors, private_descriptor_table_faults_with_its_own_gpa)
{
	mem_attrs_set_private(self->vm, DESCRIPTORS_GPA, PAGE_SIZE);
	vcpu_call(self->vcpu, variant->guest, DESCRIPTORS_GPA);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), DESCRIPTORS_GPA, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), DESCRIPTORS_GPA, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);

	mem_attrs_set_shared(self->vm, DESCRIPTORS_GPA, PAGE_SIZE);
	EXPECT_GUEST_RETURNED(variant->result, vcpu_run(self->vcpu));
}

GMEM_TEST_MAIN
