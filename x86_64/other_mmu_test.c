// SPDX-License-Identifier: GPL-2.0
/*
 * guest_memfd under the MMUs that know its pages by reverse maps: shadow paging,
 * and nested paging without the TDP MMU. They have no private memory; the memory
 * of default VMs may be a guest_memfd all the same (since 6.18), and what happens
 * to the file has to reach the guest.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "gmem.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "module_param.h"
#include "page_pattern.h"
#include "pre_fault.h"
#include "vcpu.h"
#include "vm.h"
#include "x86.h"

#define NR_PAGES	8
#define SIZE		(NR_PAGES * PAGE_SIZE)
#define FLAGS		(GUEST_MEMFD_FLAG_MMAP | GUEST_MEMFD_FLAG_INIT_SHARED)
#define HOLE		3

FIXTURE(other_mmu)
{
	struct vm *vm;
	struct vcpu *vcpu;
	int fd;
	char *p;
};

FIXTURE_SETUP(other_mmu)
{
	self->fd = -1;
	REQUIRE(!module_param_is_set("kvm", "tdp_mmu"), "the TDP MMU is on");
	self->vm = vm_create(VM_TYPE_DEFAULT);
	self->vcpu = vcpu_create(self->vm);
}

FIXTURE_TEARDOWN(other_mmu)
{
	if (self->fd >= 0)
		close(self->fd);
	vm_free(self->vm);
}

/* The guest fills slot and file, which the host has mapped at self->p. */
static void fill(FIXTURE_DATA(other_mmu) * self)
{
	self->fd = gmem_create(self->vm, SIZE, FLAGS);
	self->p = gmem_mmap(self->fd, 0, SIZE);
	memslot_add_hva(self->vm, TEST_GPA, SIZE, self->p, self->fd, 0);
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, 1);
}

static bool host_has(const char *p, u64 page, u64 gen)
{
	struct page_mismatch why;

	return page_pattern_check(p + page * PAGE_SIZE, PAGE_SHARED,
				  TEST_GPA / PAGE_SIZE + page, gen, &why);
}

/* FALLOC-5: a hole takes exactly its pages from the guest, and both get the new one. */
static void check_hole(struct __test_metadata *_metadata, FIXTURE_DATA(other_mmu) * self)
{
	u64 i;

	gmem_punch_hole(self->fd, HOLE * PAGE_SIZE, PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_check_zero, TEST_GPA + HOLE * PAGE_SIZE, 1);
	vcpu_call_done(self->vcpu, guest_fill_pages, TEST_GPA + HOLE * PAGE_SIZE, 1,
		       PAGE_SHARED, 2);
	for (i = 0; i < NR_PAGES; i++) {
		EXPECT_TRUE(host_has(self->p, i, i == HOLE ? 2 : 1)) {
			TH_LOG("page %llu", i);
		}
	}
	vcpu_call_done(self->vcpu, guest_check_pages, TEST_GPA, HOLE, PAGE_SHARED, 1);
	vcpu_call_done(self->vcpu, guest_check_pages, TEST_GPA + (HOLE + 1) * PAGE_SIZE,
		       NR_PAGES - HOLE - 1, PAGE_SHARED, 1);
}

/* BIND-8: with the file gone the guest has none of its pages any more. */
static void check_close(struct __test_metadata *_metadata, FIXTURE_DATA(other_mmu) * self)
{
	munmap(self->p, SIZE);
	close(self->fd);
	self->fd = -1;
	vcpu_call(self->vcpu, guest_read_u64, TEST_GPA);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), TEST_GPA, PAGE_SIZE, 0);
}

/* Is the ioctl there at all? It looks at its flags before anything else. */
static bool pre_fault_is_known(struct vcpu *vcpu)
{
	u64 gpa = 0, size = 0;

	return __vcpu_pre_fault(vcpu, &gpa, &size) == -EINVAL;
}

/*
 * FALLOC-5, BIND-8: nested paging without the TDP MMU. Needs: vm=notdpmmu. Red:
 * mutants file-punch-no-zap, rmap-unmap-none.
 */
TEST_F(other_mmu, nested_paging_without_tdp_mmu_follows_the_file)
{
	REQUIRE(x86_kvm_has_nested_paging(), "no nested paging");
	REQUIRE((gmem_supported_flags(self->vm) & FLAGS) == FLAGS,
		"no guest_memfd with these flags (before 6.18)");
	fill(self);
	check_hole(_metadata, self);
	check_close(_metadata, self);
}

/*
 * FALLOC-5, BIND-8: shadow paging. Needs: vm=nonpt. Red: mutants file-punch-no-zap,
 * rmap-unmap-none.
 */
TEST_F(other_mmu, shadow_paging_follows_the_file)
{
	REQUIRE(!x86_kvm_has_nested_paging(), "nested paging is on");
	REQUIRE((gmem_supported_flags(self->vm) & FLAGS) == FLAGS,
		"no guest_memfd with these flags (before 6.18)");
	fill(self);
	check_hole(_metadata, self);
	check_close(_metadata, self);
}

/*
 * EXIT-7, ATTR-2: private memory is the TDP MMU's alone, nested paging is not
 * enough. Needs: vm=notdpmmu. Red: mutant exit-swp-without-tdp.
 */
TEST_F(other_mmu, nested_paging_without_tdp_mmu_has_no_private_memory)
{
	REQUIRE(kvm_cap(KVM_CAP_MEMORY_ATTRIBUTES), "no memory attributes in this kernel");
	REQUIRE(x86_kvm_has_nested_paging(), "no nested paging");
	EXPECT_EQ(BIT_ULL(VM_TYPE_DEFAULT), kvm_vm_types());
	EXPECT_ERRNO(EINVAL, __vm_create_fd(KVM_X86_SW_PROTECTED_VM));
	EXPECT_EQ(-1, vm_private_type());
	EXPECT_EQ(0, vm_cap(self->vm, KVM_CAP_MEMORY_ATTRIBUTES));
}

/*
 * PREFAULT-2: with shadow paging there is nothing to map by guest-physical
 * address; the capability says so, and the call. Needs: vm=nonpt. Red: mutant
 * prefault-in-l2.
 */
TEST_F(other_mmu, shadow_paging_has_no_pre_fault)
{
	u64 gpa = TEST_GPA, size = PAGE_SIZE;

	REQUIRE(!x86_kvm_has_nested_paging(), "nested paging is on");
	REQUIRE(pre_fault_is_known(self->vcpu), "no KVM_PRE_FAULT_MEMORY");
	memslot_add(self->vm, TEST_GPA, SIZE, 0);
	EXPECT_EQ(0, kvm_cap(KVM_CAP_PRE_FAULT_MEMORY));
	EXPECT_ERRNO(EOPNOTSUPP, __vcpu_pre_fault(self->vcpu, &gpa, &size));
	EXPECT_EQ(TEST_GPA, gpa);
	EXPECT_EQ(PAGE_SIZE, size);
}

GMEM_TEST_MAIN
