// SPDX-License-Identifier: GPL-2.0
/*
 * System management mode has a guest-physical address space of its own, made of
 * the slots whose ids have bit 16 set. A VM with private memory has one address
 * space only, and yet KVM offers SMM to it.
 * arch/x86/include/asm/kvm_host.h, kvm_arch_nr_memslot_as_ids().
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gmem.h"
#include "guest_mem.h"
#include "guest_mmu.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "refusal.h"
#include "vcpu.h"
#include "vm.h"

#define SMM_SLOT	(1U << 16)
/* Where a CPU looks for its handler after reset, and where it saves its state. */
#define SMRAM_GPA	0x30000ULL
#define SMRAM_SIZE	0x10000ULL
#define SMM_ENTRY	0x8000
#define SMM_PORT	0x99

FIXTURE(smm)
{
	struct vm *vm;
	struct vcpu *vcpu;
	u8 *smram;
};

FIXTURE_VARIANT(smm)
{
	bool private;
};

FIXTURE_VARIANT_ADD(smm, default_vm) { .private = false };
FIXTURE_VARIANT_ADD(smm, private_vm) { .private = true };

FIXTURE_SETUP(smm)
{
	static const u8 handler[] = {
		0xb0, 0x5a,		/* mov $0x5a, %al */
		0xe6, SMM_PORT,		/* out %al, $SMM_PORT */
		0x0f, 0xaa,		/* rsm */
	};

	REQUIRE(kvm_cap(KVM_CAP_X86_SMM), "no system management mode");
	REQUIRE(!variant->private || vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(variant->private ? vm_private_type() : VM_TYPE_DEFAULT);
	self->vcpu = vcpu_create(self->vm);
	self->smram = memslot_add(self->vm, SMRAM_GPA, SMRAM_SIZE, 0)->hva;
	memcpy(self->smram + SMM_ENTRY, handler, sizeof(handler));
	memslot_add(self->vm, TEST_GPA, PAGE_SIZE, 0);
}

FIXTURE_TEARDOWN(smm)
{
	vm_free(self->vm);
}

/*
 * EXIT-11: the second address space is there or not; the capability says so.
 * Red: mutants exit-smm-two-spaces, exit-smm-one-space.
 */
TEST_F(smm, second_address_space_exists_without_private_memory_only)
{
	bool expected = !variant->private;

	EXPECT_EQ(expected ? 2 : 1, vm_cap(self->vm, KVM_CAP_MULTI_ADDRESS_SPACE));
	EXPECT_ERRNO(expected ? 0 : EINVAL,
		     __memslot_set1(self->vm, SMM_SLOT, 0, SMRAM_GPA, SMRAM_SIZE, self->smram));
	EXPECT_ERRNO(expected ? 0 : EINVAL,
		     __memslot_set2(self->vm, SMM_SLOT + 1, 0, TEST_GPA, PAGE_SIZE, self->smram,
				    -1, 0));
	EXPECT_ERRNO(EINVAL, __memslot_set1(self->vm, 2 * SMM_SLOT, 0, SMRAM_GPA, SMRAM_SIZE,
					    self->smram));
	/* The refusals have not disturbed the first. */
	vcpu_call_done(self->vcpu, guest_write_u64, TEST_GPA, 0x1234);
	vcpu_call(self->vcpu, guest_read_u64, TEST_GPA);
	EXPECT_GUEST_RETURNED(0x1234, vcpu_run(self->vcpu));
}

/*
 * EXIT-11: where SMM has memory, an SMI runs its handler and returns. Where it
 * can have none the VM dies of it, with EIO from then on, although
 * KVM_CAP_X86_SMM and KVM_SMI said yes: recorded, since userspace may want to
 * keep SMIs away. Red: mutants exit-smm-survives, exit-smm-one-space.
 */
TEST_F(smm, smi_runs_its_handler_or_ends_the_vm)
{
	struct vm_exit exit;

	EXPECT_EQ(1, vm_cap(self->vm, KVM_CAP_X86_SMM));
	if (!variant->private)
		EXPECT_OK(__memslot_set1(self->vm, SMM_SLOT, 0, SMRAM_GPA, SMRAM_SIZE,
					 self->smram));
	EXPECT_OK(vcpu_ioctl(self->vcpu, KVM_SMI, NULL));
	vcpu_call(self->vcpu, guest_write_u64, TEST_GPA, 0x1234);
	exit = vcpu_run(self->vcpu);

	if (variant->private) {
		EXPECT_ERRNO(EIO, exit.ret);
		EXPECT_ERRNO(EIO, vcpu_run(self->vcpu).ret);
		EXPECT_ERRNO(EIO, __mem_attrs_set(self->vm, TEST_GPA, PAGE_SIZE, 0));
		EXPECT_ERRNO(EIO, __memslot_set1(self->vm, 1, 0, SMRAM_GPA, 0, self->smram));
		return;
	}
	ASSERT_EXIT(0, KVM_EXIT_IO, exit);
	EXPECT_EQ(SMM_PORT, exit.io.port);
	EXPECT_EQ(0x5a, exit.io.data[0]);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

#define FILE_PAGES	4

FIXTURE(smm_gmem)
{
	struct vm *vm;
	struct vcpu *vcpu;
	int gmem;
	u64 *hva;		/* the file's pages; */
	char *other;		/* the slots' hva is another: its notifier would unmap, too */
	struct refusal_watch *watch;
};

FIXTURE_SETUP(smm_gmem)
{
	self->gmem = -1;
	REQUIRE(kvm_cap(KVM_CAP_X86_SMM), "no system management mode");
	self->vm = vm_create(VM_TYPE_DEFAULT);
	REQUIRE(gmem_supported_flags(self->vm) & GUEST_MEMFD_FLAG_INIT_SHARED,
		"no shared guest_memfd (before 6.18)");
	self->vcpu = vcpu_create(self->vm);
	guest_mmu_map_identity(self->vm, TEST_GPA, PAGE_SIZE);
	self->gmem = gmem_create(self->vm, FILE_PAGES * PAGE_SIZE,
				 GUEST_MEMFD_FLAG_MMAP | GUEST_MEMFD_FLAG_INIT_SHARED);
	self->hva = gmem_mmap(self->gmem, 0, FILE_PAGES * PAGE_SIZE);
	self->other = backing_map(BACKING_ANON, PAGE_SIZE);
}

FIXTURE_TEARDOWN(smm_gmem)
{
	if (self->hva)
		munmap(self->hva, FILE_PAGES * PAGE_SIZE);
	if (self->gmem >= 0)
		close(self->gmem);
	vm_free(self->vm);
	EXPECT_NOT_HELD(self->watch);
	refusal_watch_free(self->watch);
}

/* One page at TEST_GPA, in the address space that the id says. */
static int bind_page(FIXTURE_DATA(smm_gmem) *self, u32 id, u64 page)
{
	return __memslot_set2(self->vm, id, KVM_MEM_GUEST_MEMFD, TEST_GPA, PAGE_SIZE, self->other,
			      self->gmem, page * PAGE_SIZE);
}

/*
 * BIND-4, EXIT-11: a page of the file has one place in one of the address spaces, while
 * each of them has a page of its own at the same address.
 * Red: mutant bind-overlap-other-space.
 */
TEST_F(smm_gmem, file_page_is_bound_in_one_address_space)
{
	ASSERT_OK(bind_page(self, 1, 0));
	self->watch = refusal_watch_create(self->vm, (struct refusal_scope){
		.fd = self->gmem, .file_pages = FILE_PAGES, .gpa = TEST_GPA, .guest_pages = 1,
	});
	EXPECT_REFUSED(self->watch, memslot_gmem_overlap_errno(),
		       bind_page(self, SMM_SLOT + 1, 0));
	EXPECT_OK(bind_page(self, SMM_SLOT + 1, 1));
	refusal_watch_renew(self->watch);
	EXPECT_REFUSED(self->watch, memslot_gmem_overlap_errno(),
		       __memslot_set2(self->vm, 2, KVM_MEM_GUEST_MEMFD, TEST_GPA + SZ_2M,
				      PAGE_SIZE, self->other, self->gmem, PAGE_SIZE));

	/* Whoever gives its page back leaves it to the other. */
	EXPECT_OK(__memslot_set1(self->vm, SMM_SLOT + 1, 0, 0, 0, NULL));
	EXPECT_OK(__memslot_set1(self->vm, 1, 0, 0, 0, NULL));
	EXPECT_OK(bind_page(self, SMM_SLOT + 1, 0));
	EXPECT_OK(bind_page(self, 1, 1));
}

/* What the handler read, or the reason why there is no such exit. */
#define EXPECT_SMM_READ(value, exit)						\
	do {									\
		struct vm_exit __exit = (exit);					\
										\
		ASSERT_EXIT(0, KVM_EXIT_IO, __exit);				\
		EXPECT_EQ(SMM_PORT, __exit.io.port);				\
		EXPECT_EQ(value, *(u32 *)__exit.io.data);			\
	} while (0)

/*
 * FALLOC-5, EXIT-11: a hole takes its pages out of the mappings of both address spaces,
 * also while a vCPU is in the second. Red: mutants punch-first-space, bind-punch-first-slot.
 */
TEST_F(smm_gmem, hole_takes_pages_out_of_both_address_spaces)
{
	static const u8 handler[] = {
		0x67, 0x66, 0xa1, 0x00, 0x00, 0x00, 0x40,	/* mov TEST_GPA, %eax */
		0x66, 0xe7, SMM_PORT,				/* out %eax, $SMM_PORT */
		0x67, 0x66, 0xa1, 0x00, 0x00, 0x00, 0x40,
		0x66, 0xe7, SMM_PORT,
		0x0f, 0xaa,					/* rsm */
	};
	struct memslot *smram = memslot_add(self->vm, SMRAM_GPA, SMRAM_SIZE, 0);

	_Static_assert(TEST_GPA == 0x40000000, "what the handler reads");
	memcpy((u8 *)smram->hva + SMM_ENTRY, handler, sizeof(handler));
	ASSERT_OK(__memslot_set1(self->vm, SMM_SLOT, 0, SMRAM_GPA, SMRAM_SIZE, smram->hva));
	ASSERT_OK(bind_page(self, smram->id + 1, 0));
	ASSERT_OK(bind_page(self, SMM_SLOT + 1, 1));
	self->hva[0] = 0x11111111;
	self->hva[PAGE_SIZE / sizeof(u64)] = 0x22222222;

	vcpu_call(self->vcpu, guest_read_u64, TEST_GPA);
	EXPECT_GUEST_RETURNED(0x11111111, vcpu_run(self->vcpu));
	EXPECT_OK(vcpu_ioctl(self->vcpu, KVM_SMI, NULL));
	vcpu_call(self->vcpu, guest_read_u64, TEST_GPA);
	EXPECT_SMM_READ(0x22222222, vcpu_run(self->vcpu));
	gmem_punch_hole(self->gmem, 0, 2 * PAGE_SIZE);
	EXPECT_SMM_READ(0, vcpu_run(self->vcpu));
	EXPECT_GUEST_RETURNED(0, vcpu_run(self->vcpu));
}

GMEM_TEST_MAIN
