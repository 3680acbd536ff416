// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes take kernel memory, a word for each page that is private: whoever may
 * create VMs could take all of it if nobody paid, or if it did not come back.
 * virt/kvm/kvm_main.c, kvm->mem_attr_array.
 */
#include "disposable.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memcg.h"
#include "vm.h"

/*
 * They are kept in a tree whose nodes have 64 entries and some 64 bytes besides. Pages as
 * far apart as these have four nodes each for themselves, which is much for little work.
 */
#define NR_PAGES	2048
#define STRIDE		(PAGE_SIZE << (4 * 6))
#define CHARGE		(NR_PAGES * 4 * (64 * sizeof(void *) + 64))

FIXTURE(attrs_memcg)
{
	struct vm *vm;
	struct memcg cg;
};

FIXTURE_SETUP(attrs_memcg)
{
	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	REQUIRE(memcg_available(), "no memory cgroup that this process may make");
	self->vm = vm_create_bare(vm_private_type());
	memcg_create(&self->cg);
	memcg_enter(&self->cg);
}

FIXTURE_TEARDOWN(attrs_memcg)
{
	vm_free(self->vm);
	memcg_leave(&self->cg);
	memcg_delete(&self->cg);
}

static void set_all(struct vm *vm, void (*set)(struct vm *vm, u64 gpa, u64 size))
{
	u64 i;

	for (i = 0; i < NR_PAGES; i++)
		set(vm, i * STRIDE, PAGE_SIZE);
}

/*
 * ATTR-8, CREATE-10: attributes are charged to the group of whoever sets them, and given back
 * when the pages become shared, or with the VM.
 * Red: mutants attr-uncharged, attr-kept-when-shared, attr-kept-by-dead-vm.
 */
TEST_F(attrs_memcg, attributes_are_charged_and_given_back)
{
	EXPECT_CHARGED(&self->cg, 0);
	set_all(self->vm, mem_attrs_set_private);
	EXPECT_CHARGED(&self->cg, CHARGE);
	set_all(self->vm, mem_attrs_set_shared);
	EXPECT_SETTLES_AT(&self->cg, 0);

	set_all(self->vm, mem_attrs_set_private);
	/* What is still to be freed of the first ones may be as much as the slack. */
	EXPECT_SETTLES_AT(&self->cg, CHARGE);
	vm_free(self->vm);
	self->vm = NULL;
	EXPECT_SETTLES_AT(&self->cg, 0);
}

GMEM_TEST_MAIN
