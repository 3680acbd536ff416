// SPDX-License-Identifier: GPL-2.0
/*
 * Where guest memory ends: the last page that the host's CPU can address may be in a slot,
 * the one behind it may not. (Limits of any slot: memslot_args_test.)
 * arch/x86/kvm/x86.c, kvm_arch_prepare_memory_region(); arch/x86/kvm/mmu.h,
 * kvm_mmu_max_gfn().
 */
#include "arch.h"
#include "gmem.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "refusal.h"
#include "vcpu.h"
#include "vm.h"
#include "x86.h"

#define SLOT		3
#define FILE_SIZE	(2 * PAGE_SIZE)
#define SHADOW_PAGING_BITS 52

FIXTURE(last_gpa)
{
	struct vm *vm;
	struct vcpu *vcpu;
	char *hva;
	int gmem;
	u64 end;		/* of what can be addressed */
	u64 last;		/* the last page's address */
	struct refusal_watch *watch;
};

FIXTURE_VARIANT(last_gpa)
{
	bool private_type;
};

FIXTURE_VARIANT_ADD(last_gpa, default_vm) { .private_type = false };
FIXTURE_VARIANT_ADD(last_gpa, private_vm) { .private_type = true };

/* Nested paging has the limit of the host's CPU, shadow paging that of the page tables. */
static unsigned int address_bits(void)
{
	return x86_kvm_has_nested_paging() ? x86_host_address_bits() : SHADOW_PAGING_BITS;
}

FIXTURE_SETUP(last_gpa)
{
	long type = variant->private_type ? vm_private_type() : VM_TYPE_DEFAULT;

	self->gmem = -1;
	REQUIRE(type >= 0, "no VM type with private memory");
	self->vm = vm_create(type);
	self->vcpu = vcpu_create(self->vm);
	self->end = BIT_ULL(address_bits());
	self->last = self->end - PAGE_SIZE;
	self->hva = backing_map(BACKING_ANON, FILE_SIZE);
	if (vm_cap(self->vm, KVM_CAP_GUEST_MEMFD))
		self->gmem = gmem_create(self->vm, FILE_SIZE, 0);
	self->watch = refusal_watch_create(self->vm, (struct refusal_scope){
		.fd = self->gmem, .file_pages = self->gmem >= 0 ? FILE_SIZE / PAGE_SIZE : 0,
		.gpa = self->last, .guest_pages = 1,
	});
}

FIXTURE_TEARDOWN(last_gpa)
{
	if (self->gmem >= 0)
		close(self->gmem);
	vm_free(self->vm);
	EXPECT_NOT_HELD(self->watch);
	refusal_watch_free(self->watch);
}

static int set_slot(FIXTURE_DATA(last_gpa) *self, u64 gpa, u64 size)
{
	u32 flags = self->gmem >= 0 ? KVM_MEM_GUEST_MEMFD : 0;

	return __memslot_set2(self->vm, SLOT, flags, gpa, size, self->hva, self->gmem, 0);
}

/*
 * BIND-15: guests use the last page, on the side that its attribute says. They have it at
 * another address of their own, for there may be none as high. Red: mutant slot-gpa-last.
 */
TEST_F(last_gpa, last_page_can_be_in_a_slot)
{
	REQUIRE_KVM_OF_THE_TREE();
	ASSERT_OK(set_slot(self, self->last, PAGE_SIZE));
	arch_mmu_map(self->vm, TEST_GPA, self->last, PAGE_SIZE, PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_write_u64, TEST_GPA, 1);
	EXPECT_EQ(1, *(u64 *)self->hva);
	if (!variant->private_type)
		return;
	mem_attrs_set_private(self->vm, self->last, PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_write_u64, TEST_GPA, 2);
	EXPECT_EQ(1, *(u64 *)self->hva);
	vcpu_call(self->vcpu, guest_read_u64, TEST_GPA);
	EXPECT_GUEST_RETURNED(2, vcpu_run(self->vcpu));
}

/* BIND-15: no page behind the last one. Red: mutants slot-gpa-beyond, slot-gpa-last. */
TEST_F(last_gpa, page_behind_the_last_is_refused)
{
	EXPECT_REFUSED(self->watch, EINVAL, set_slot(self, self->end, PAGE_SIZE));
	EXPECT_REFUSED(self->watch, EINVAL, set_slot(self, self->last, 2 * PAGE_SIZE));
	EXPECT_OK(set_slot(self, self->last - PAGE_SIZE, 2 * PAGE_SIZE));
}

/*
 * BIND-15: shadow paging takes slots where the CPU's own addresses end, and further. Needs:
 * vm=nonpt. Red: mutants slot-gpa-shadow, slot-gpa-beyond, slot-gpa-last.
 */
TEST(shadow_paging_ends_where_page_tables_do)
{
	const u64 end = BIT_ULL(SHADOW_PAGING_BITS);
	struct vm *vm;
	char *hva;

	REQUIRE(!x86_kvm_has_nested_paging(), "nested paging is on");
	vm = vm_create(VM_TYPE_DEFAULT);
	hva = backing_map(BACKING_ANON, FILE_SIZE);
	EXPECT_ERRNO(EINVAL, __memslot_set2(vm, SLOT, 0, end, PAGE_SIZE, hva, -1, 0));
	EXPECT_ERRNO(EINVAL, __memslot_set2(vm, SLOT, 0, end - PAGE_SIZE, FILE_SIZE, hva, -1, 0));
	EXPECT_OK(__memslot_set2(vm, SLOT, 0, end - FILE_SIZE, FILE_SIZE, hva, -1, 0));
	vm_free(vm);
}

GMEM_TEST_MAIN
