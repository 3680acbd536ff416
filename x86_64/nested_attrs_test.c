// SPDX-License-Identifier: GPL-2.0
/*
 * Nested guests in a VM with private memory, which KVM says it does not support
 * (kvm_mmu_page_fault()): the attribute of an access is looked up under the
 * address that the nested guest uses, although attributes are set for those of
 * the VM. Recorded, so that a kernel that mends it is noticed.
 *
 * L1, the suite's guest, runs L2 by SVM with nested paging. All of L2's memory
 * is where L1's is, but for one page that L1's nested tables put elsewhere.
 */
#include <string.h>
#include <sys/mman.h>

#include "gmem.h"
#include "guest_image.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "module_param.h"
#include "pre_fault.h"
#include "vcpu.h"
#include "vm.h"
#include "x86.h"

#define SLOT_SIZE	(4 * PAGE_SIZE)
/* What L2 says, and what L1 makes of it. */
#define L2_GPA		(TEST_GPA + PAGE_SIZE)
#define L1_GPA		(TEST_GPA + 2 * PAGE_SIZE)
/* Not remapped: the same in both. */
#define SAME_GPA	(TEST_GPA + 3 * PAGE_SIZE)

#define PTE_USER	BIT_ULL(2)
#define NPT_BITS	(X86_PTE_P | X86_PTE_W | PTE_USER | X86_PTE_A | X86_PTE_D)

#define EFER_SVME	BIT_ULL(12)
#define MSR_VM_HSAVE_PA	0xc0010117
#define VMEXIT_VMMCALL	0x81

struct vmcb_segment {
	u16 selector;
	u16 attrib;
	u32 limit;
	u64 base;
};

/* The fields that are used here, at their places; AMD's manual, appendix B. */
struct vmcb {
	u8 pad0[0x10];
	u32 intercepts4;	/* bit 0 VMRUN, bit 1 VMMCALL */
	u8 pad1[0x58 - 0x14];
	u32 asid;
	u8 pad2[0x70 - 0x5c];
	u64 exit_code;
	u8 pad3[0x90 - 0x78];
	u64 nested_ctl;
	u8 pad4[0xb0 - 0x98];
	u64 nested_cr3;
	u8 pad5[0x400 - 0xb8];
	struct vmcb_segment es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr;
	u8 pad6[0x4d0 - 0x4a0];
	u64 efer;
	u8 pad7[0x548 - 0x4d8];
	u64 cr4, cr3, cr0, dr7, dr6, rflags, rip;
	u8 pad8[0x5d8 - 0x580];
	u64 rsp;
	u8 pad9[0x5f8 - 0x5e0];
	u64 rax;
	u8 pad10[0x668 - 0x600];
	u64 g_pat;
	u8 pad11[0x1000 - 0x670];
};

_Static_assert(sizeof(struct vmcb) == PAGE_SIZE, "a VMCB is one page");
_Static_assert(offsetof(struct vmcb, rax) == 0x5f8, "VMCB layout");

FIXTURE(nested_attrs)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
	u64 vmcb_gpa;
	u64 hsave_gpa;
};

static void *alloc_table(struct vm *vm, u64 *gpa)
{
	*gpa = guest_image_alloc(vm, 1);
	return guest_image_hva(vm, *gpa);
}

/* L1's nested tables: the first 2G 1:1, of which the test pages 4K-wise. */
static u64 build_nested_tables(struct vm *vm)
{
	u64 root_gpa, upper_gpa, middle_gpa[2], leaf_gpa;
	u64 *root = alloc_table(vm, &root_gpa);
	u64 *upper = alloc_table(vm, &upper_gpa);
	u64 *middle, *leaf;
	u64 i, gb;

	root[0] = upper_gpa | NPT_BITS;
	for (gb = 0; gb < 2; gb++) {
		middle = alloc_table(vm, &middle_gpa[gb]);
		upper[gb] = middle_gpa[gb] | NPT_BITS;
		for (i = 0; i < 512; i++)
			middle[i] = (gb * SZ_1G + i * SZ_2M) | NPT_BITS | X86_PTE_PS;
	}
	leaf = alloc_table(vm, &leaf_gpa);
	middle[0] = leaf_gpa | NPT_BITS;
	for (i = 0; i < 512; i++)
		leaf[i] = (TEST_GPA + i * PAGE_SIZE) | NPT_BITS;
	leaf[L2_GPA / PAGE_SIZE % 512] = L1_GPA | NPT_BITS;
	return root_gpa;
}

/* L2: one read, then back to L1. %rdi and %rsp are as L1 left them. */
extern const char guest_l2_code[];
asm(".pushsection .text\n"
    ".globl guest_l2_code\n"
    "guest_l2_code: mov (%rdi), %rax\n"
    "vmmcall\n"
    "ud2\n"
    ".popsection");

static struct vmcb_segment vmcb_segment(const struct kvm_segment *s)
{
	return (struct vmcb_segment) {
		.selector = s->selector,
		.attrib = s->type | s->s << 4 | s->dpl << 5 | s->present << 7 |
			  s->avl << 8 | s->l << 9 | s->db << 10 | s->g << 11,
		.limit = s->limit,
		.base = s->base,
	};
}

static void fill_vmcb(struct vmcb *vmcb, const struct kvm_sregs *sregs, u64 nested_cr3)
{
	*vmcb = (struct vmcb) {
		.intercepts4 = 3,
		.asid = 1,
		.nested_ctl = 1,
		.nested_cr3 = nested_cr3,
		.es = vmcb_segment(&sregs->es),
		.cs = vmcb_segment(&sregs->cs),
		.ss = vmcb_segment(&sregs->ss),
		.ds = vmcb_segment(&sregs->ds),
		.gdtr = { .limit = sregs->gdt.limit, .base = sregs->gdt.base },
		.idtr = { .limit = sregs->idt.limit, .base = sregs->idt.base },
		.tr = vmcb_segment(&sregs->tr),
		.efer = sregs->efer,
		.cr4 = sregs->cr4,
		.cr3 = sregs->cr3,
		.cr0 = sregs->cr0,
		.dr7 = 0x400,
		.dr6 = 0xffff0ff0,
		.rflags = 2,
		.rip = (u64)(unsigned long)guest_l2_code,
		.g_pat = 0x0007040600070406ULL,
	};
}

/* Does KVM offer SVM with nested paging to its guests? */
static bool has_nested_svm(void)
{
	return x86_host_has_svm() && module_param_is_set("kvm_amd", "nested");
}

FIXTURE_SETUP(nested_attrs)
{
	struct kvm_sregs sregs;
	void *vmcb;

	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	REQUIRE(has_nested_svm(), "no nested SVM");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, MEMSLOT_GMEM);
	vcpu_set_supported_cpuid(self->vcpu);
	vcpu_get_sregs(self->vcpu, &sregs);
	sregs.efer |= EFER_SVME;
	vcpu_set_sregs(self->vcpu, &sregs);

	vmcb = alloc_table(self->vm, &self->vmcb_gpa);
	self->hsave_gpa = guest_image_alloc(self->vm, 1);
	fill_vmcb(vmcb, &sregs, build_nested_tables(self->vm));
}

FIXTURE_TEARDOWN(nested_attrs)
{
	vm_free(self->vm);
}

/* L1: let L2 read the word at @l2_gpa. */
static u64 guest_read_in_l2(u64 vmcb_gpa, u64 hsave_gpa, u64 l2_gpa)
{
	struct vmcb *vmcb = (struct vmcb *)vmcb_gpa;

	asm volatile("wrmsr" : : "c"(MSR_VM_HSAVE_PA), "a"((u32)hsave_gpa), "d"(0));
	vmcb->rip = (u64)guest_l2_code;
	vmcb->exit_code = 0;
	asm volatile("mov %%rsp, %1; vmrun; stgi"
		     : "+a"(vmcb_gpa), "=m"(vmcb->rsp), "+D"(l2_gpa) : : "memory", "cc");
	GUEST_ASSERT_EQ(VMEXIT_VMMCALL, vmcb->exit_code);
	return vmcb->rax;
}

static void call_l2(struct vcpu *vcpu, u64 vmcb_gpa, u64 hsave_gpa, u64 l2_gpa)
{
	vcpu_call(vcpu, guest_read_in_l2, vmcb_gpa, hsave_gpa, l2_gpa);
}

/*
 * EXIT-15: no private page in sight: L2 reads through both sets of tables. Red:
 * mutant exit-nested-always-private.
 */
TEST_F(nested_attrs, l2_reads_shared_memory)
{
	*(u64 *)memslot_hva(self->slot, L1_GPA) = 0x1111;
	*(u64 *)memslot_hva(self->slot, SAME_GPA) = 0x3333;
	call_l2(self->vcpu, self->vmcb_gpa, self->hsave_gpa, L2_GPA);
	EXPECT_GUEST_RETURNED(0x1111, vcpu_run(self->vcpu));
	call_l2(self->vcpu, self->vmcb_gpa, self->hsave_gpa, SAME_GPA);
	EXPECT_GUEST_RETURNED(0x3333, vcpu_run(self->vcpu));
}

/*
 * EXIT-15: where both addresses are the same, so is the attribute. Red: mutant
 * exit-nested-never-private.
 */
TEST_F(nested_attrs, l2_reads_private_memory_under_the_same_address)
{
	mem_attrs_set_private(self->vm, SAME_GPA, PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_write_u64, SAME_GPA, 0x4444);
	call_l2(self->vcpu, self->vmcb_gpa, self->hsave_gpa, SAME_GPA);
	EXPECT_GUEST_RETURNED(0x4444, vcpu_run(self->vcpu));
}

/* L2's word at SAME_GPA. */
#define EXPECT_IN_L2(expected)								\
	do {										\
		call_l2(self->vcpu, self->vmcb_gpa, self->hsave_gpa, SAME_GPA);		\
		EXPECT_GUEST_RETURNED((expected), vcpu_run(self->vcpu));		\
	} while (0)

/*
 * EXIT-15, FALLOC-5: L2 has page tables of its own, which follow a conversion, a hole and what
 * the host unmaps like the VM's. Red: mutant nested-keeps-mappings.
 */
TEST_F(nested_attrs, l2_loses_what_the_vm_loses)
{
	char *hva = memslot_hva(self->slot, SAME_GPA);

	*(u64 *)hva = 0x3333;
	EXPECT_IN_L2(0x3333);
	mem_attrs_set_private(self->vm, SAME_GPA, PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_write_u64, SAME_GPA, 0x4444);
	EXPECT_IN_L2(0x4444);
	gmem_punch_hole(self->slot->gmem_fd, SAME_GPA - TEST_GPA, PAGE_SIZE);
	EXPECT_IN_L2(0);
	mem_attrs_set_shared(self->vm, SAME_GPA, PAGE_SIZE);
	EXPECT_IN_L2(0x3333);
	ASSERT_EQ(0, madvise(hva, PAGE_SIZE, MADV_DONTNEED));
	EXPECT_IN_L2(0);
}

/*
 * EXIT-15: the page is private, L2's name for it is not: KVM takes the access
 * for a shared one, and finds that it is not allowed. Red: mutants
 * exit-nested-never-private, exit-nested-always-private, exit-mismatch-no-exit.
 */
TEST_F(nested_attrs, private_page_under_a_shared_l2_address_faults_as_shared)
{
	mem_attrs_set_private(self->vm, L1_GPA, PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_write_u64, L1_GPA, 0x4444);
	call_l2(self->vcpu, self->vmcb_gpa, self->hsave_gpa, L2_GPA);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), L1_GPA, PAGE_SIZE, 0);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), L1_GPA, PAGE_SIZE, 0);

	/* What would make it right for KVM: the other address private as well. */
	mem_attrs_set_private(self->vm, L2_GPA, PAGE_SIZE);
	EXPECT_GUEST_RETURNED(0x4444, vcpu_run(self->vcpu));
}

/*
 * EXIT-15: and the other way round. Red: mutants exit-nested-never-private,
 * exit-nested-always-private, exit-mismatch-no-exit.
 */
TEST_F(nested_attrs, shared_page_under_a_private_l2_address_faults_as_private)
{
	*(u64 *)memslot_hva(self->slot, L1_GPA) = 0x1111;
	mem_attrs_set_private(self->vm, L2_GPA, PAGE_SIZE);
	call_l2(self->vcpu, self->vmcb_gpa, self->hsave_gpa, L2_GPA);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), L1_GPA, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), L1_GPA, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	mem_attrs_set_shared(self->vm, L2_GPA, PAGE_SIZE);
	EXPECT_GUEST_RETURNED(0x1111, vcpu_run(self->vcpu));
}

/*
 * PREFAULT-4: a vCPU that stopped while L2 ran has L2's tables in force, which say
 * nothing of the VM's addresses. The range stays as it was, and the vCPU can go
 * on; back in L1 it works. Red: mutant prefault-in-l2.
 */
TEST_F(nested_attrs, pre_fault_while_l2_runs_is_not_supported)
{
	u64 gpa = SAME_GPA, size = PAGE_SIZE;

	REQUIRE(kvm_cap(KVM_CAP_PRE_FAULT_MEMORY), "no KVM_PRE_FAULT_MEMORY");
	alarm(PRE_FAULT_LIMIT_SECONDS);
	*(u64 *)memslot_hva(self->slot, L1_GPA) = 0x1111;
	mem_attrs_set_private(self->vm, L2_GPA, PAGE_SIZE);
	call_l2(self->vcpu, self->vmcb_gpa, self->hsave_gpa, L2_GPA);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), L1_GPA, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	EXPECT_ERRNO(EOPNOTSUPP, __vcpu_pre_fault(self->vcpu, &gpa, &size));
	EXPECT_EQ(SAME_GPA, gpa);
	EXPECT_EQ(PAGE_SIZE, size);

	mem_attrs_set_shared(self->vm, L2_GPA, PAGE_SIZE);
	EXPECT_GUEST_RETURNED(0x1111, vcpu_run(self->vcpu));
	EXPECT_OK(__vcpu_pre_fault(self->vcpu, &gpa, &size));
	EXPECT_EQ(0, size);
}

GMEM_TEST_MAIN
