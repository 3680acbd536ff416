// SPDX-License-Identifier: GPL-2.0
/*
 * Guest code and guest page tables in private memory. The CPU fetches and walks
 * there like anywhere. KVM, when it has to emulate an instruction, fetches and
 * walks through the slot's userspace_addr: it decodes what the shared copy says.
 * The cases where it does are recorded, so that a kernel that does it
 * differently is noticed.
 */
#include <cpuid.h>
#include <linux/kvm_para.h>
#include <string.h>

#include "guest_image.h"
#include "guest_mem.h"
#include "guest_mmu.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "module_param.h"
#include "vcpu.h"
#include "vm.h"
#include "x86.h"

#define SLOT_SIZE	(8 * PAGE_SIZE)
#define CODE_GPA	TEST_GPA
#define TABLE_GPA(level)	(TEST_GPA + (level) * PAGE_SIZE)
#define DATA_GPA	TABLE_GPA(0)
#define DATA_WORD	0x1234567890abcdefULL

#define ROOT_INDEX	1
#define WALKED_GVA	(ROOT_INDEX * SZ_1G * 512)
#define MMIO_GPA	(TEST_GPA + SZ_2M)

FIXTURE(private_code)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
};

FIXTURE_SETUP(private_code)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, MEMSLOT_GMEM);
	guest_mmu_map_identity(self->vm, MMIO_GPA, PAGE_SIZE);
	mem_attrs_set_private(self->vm, TEST_GPA, SLOT_SIZE);
}

FIXTURE_TEARDOWN(private_code)
{
	vm_free(self->vm);
}

/* Write @size bytes of code at @gpa: by the guest, since the page is private. */
static void guest_put_code(u64 gpa, const u8 *code, u64 size)
{
	memcpy((void *)gpa, code, size);
}

static u64 guest_call_code(u64 gpa, u64 arg)
{
	return ((u64 (*)(u64))gpa)(arg);
}

/* EXIT-10: the fetch goes to the private side. Red: mutant exit-private-uses-hva. */
TEST_F(private_code, code_in_private_memory_runs)
{
	static const u8 code[] = {
		0x48, 0x8d, 0x47, 0x05,		/* lea 5(%rdi), %rax */
		0xc3,				/* ret */
	};

	memset(self->slot->hva, 0xcc, SLOT_SIZE);
	vcpu_call_done(self->vcpu, guest_put_code, CODE_GPA, (u64)code, sizeof(code));
	vcpu_call(self->vcpu, guest_call_code, CODE_GPA, 0x100);
	EXPECT_GUEST_RETURNED(0x105, vcpu_run(self->vcpu));
	EXPECT_FILLED(0xcc, self->slot->hva, SLOT_SIZE);
}

/* Entry 0 of each table leads to the next; the last one to the data. */
static void guest_build_tables(void)
{
	int level;

	for (level = 3; level; level--)
		*(u64 *)TABLE_GPA(level) = TABLE_GPA(level - 1) | X86_PTE_P | X86_PTE_W;
	*(u64 *)DATA_GPA = DATA_WORD;
}

static void use_private_tables(struct vm *vm, struct vcpu *vcpu)
{
	u64 *root = guest_image_hva(vm, vm->mmu_root);

	root[ROOT_INDEX] = TABLE_GPA(3) | X86_PTE_P | X86_PTE_W;
	vcpu_call_done(vcpu, guest_build_tables);
}

/*
 * EXIT-10: so does the page walk, and its accessed and dirty bits are set there.
 * Red: mutant exit-private-uses-hva.
 */
TEST_F(private_code, page_tables_in_private_memory_work)
{
	const u64 bits = X86_PTE_P | X86_PTE_W | X86_PTE_A | X86_PTE_D;

	use_private_tables(self->vm, self->vcpu);
	vcpu_call_done(self->vcpu, guest_write_u64, WALKED_GVA + 8, 1);
	vcpu_call(self->vcpu, guest_read_u64, WALKED_GVA);
	EXPECT_GUEST_RETURNED(DATA_WORD, vcpu_run(self->vcpu));
	vcpu_call(self->vcpu, guest_read_u64, TABLE_GPA(1));
	EXPECT_GUEST_RETURNED(DATA_GPA | bits, vcpu_run(self->vcpu));
	EXPECT_FILLED(0, self->slot->hva, SLOT_SIZE);
}

/*
 * EXIT-10: KVM translates for userspace by the shared copies of the tables,
 * which say that nothing is mapped. Red: mutant exit-private-uses-hva.
 */
TEST_F(private_code, kvm_translates_by_the_shared_copy_of_the_tables)
{
	struct kvm_translation tr = { .linear_address = WALKED_GVA };

	use_private_tables(self->vm, self->vcpu);
	MUST(vcpu_ioctl(self->vcpu, KVM_TRANSLATE, &tr));
	EXPECT_EQ(0, tr.valid);

	mem_attrs_set_shared(self->vm, TEST_GPA, SLOT_SIZE);
	vcpu_call_done(self->vcpu, guest_build_tables);
	MUST(vcpu_ioctl(self->vcpu, KVM_TRANSLATE, &tr));
	EXPECT_EQ(1, tr.valid);
	EXPECT_EQ(DATA_GPA, tr.physical_address);
}

/* An 8-byte store of %rdi to the address in %rsi, then return. */
static const u8 store_code[] = { 0x48, 0x89, 0x3e, 0xc3 };
/* The same, but of %rdx. */
static const u8 other_store_code[] = { 0x48, 0x89, 0x16, 0xc3 };

static void guest_store_by_code(u64 code, u64 value, u64 to, u64 other)
{
	((void (*)(u64, u64, u64))code)(value, to, other);
}

/* Does the CPU hand the bytes of an instruction that faulted to KVM? */
static bool cpu_gives_instruction_bytes(void)
{
	const u32 decode_assists = 1U << 7;
	u32 a, b, c, d = 0;

	return x86_host_has_svm() && __get_cpuid(0x8000000a, &a, &b, &c, &d) && d & decode_assists;
}

/* Does it tell where the next instruction is? AMD's does with NRIPS. */
static bool cpu_gives_next_rip(void)
{
	return !x86_host_has_svm() || module_param_is_set("kvm_amd", "nrips");
}

/*
 * EXIT-10: MMIO is emulated, from the bytes that the shared copy has unless the
 * CPU helps. Red: mutant exit-private-uses-hva.
 */
TEST_F(private_code, mmio_of_private_code_is_decoded_from_the_shared_copy)
{
	const u64 decoded = cpu_gives_instruction_bytes() ? 0x1111 : 0x2222;
	struct vm_exit exit;

	memcpy(self->slot->hva, other_store_code, sizeof(other_store_code));
	vcpu_call_done(self->vcpu, guest_put_code, CODE_GPA, (u64)store_code, sizeof(store_code));
	vcpu_call(self->vcpu, guest_store_by_code, CODE_GPA, 0x1111, MMIO_GPA, 0x2222);
	exit = vcpu_run(self->vcpu);
	ASSERT_EXIT(0, KVM_EXIT_MMIO, exit);
	EXPECT_EQ(MMIO_GPA, exit.mmio.gpa);
	EXPECT_EQ(decoded, *(u64 *)exit.mmio.data);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

/*
 * A hypercall, and then code that returns 1 from its right start and 2 from one
 * byte before, where the hypercall's last byte is taken for the first of fldpi.
 */
#define RIGHT_RESULT	1
#define LATE_CODE	0x33

static const u8 hypercall_code[] = {
	0x0f, 0x01, 0xd9,			/* vmmcall; vmcall is 0f 01 c1 */
	0xeb, 0x2e,				/* jmp to LATE_CODE; d9 eb: fldpi */
						/* 2e: a prefix without meaning */
	0xb8, RIGHT_RESULT + 1, 0, 0, 0,	/* mov $2, %eax */
	0xc3,
	[LATE_CODE] =
	0xb8, RIGHT_RESULT, 0, 0, 0,		/* mov $1, %eax */
	0xc3,
};

/* The guest's copy is written by the host. */
static u8 code_buffer[sizeof(hypercall_code)];

static u64 guest_hypercall_by_code(u64 code)
{
	u64 result;

	asm volatile("call *%1" : "=a"(result) : "D"(code), "0"((u64)KVM_HC_VAPIC_POLL_IRQ)
		     : "rbx", "rcx", "rdx", "rsi", "memory", "cc");
	return result;
}

/*
 * EXIT-10: KVM skips an instruction that it handled. Unless the CPU has told its
 * length KVM decodes it, from the shared copy: there, zeros are an add of two
 * bytes, and the guest goes on in the middle of the hypercall's three. Red:
 * mutant exit-private-uses-hva.
 */
TEST_F(private_code, hypercall_in_private_code_is_skipped_by_the_shared_copy)
{
	u8 code[sizeof(hypercall_code)];

	memcpy(code, hypercall_code, sizeof(code));
	if (!x86_host_has_svm())
		code[2] = 0xc1;
	memcpy(guest_var(self->vm, &code_buffer), code, sizeof(code));
	vcpu_call_done(self->vcpu, guest_put_code, CODE_GPA, (u64)code_buffer, sizeof(code));
	vcpu_call(self->vcpu, guest_hypercall_by_code, CODE_GPA);
	EXPECT_GUEST_RETURNED(cpu_gives_next_rip() ? RIGHT_RESULT : RIGHT_RESULT + 1,
			      vcpu_run(self->vcpu));

	/* With the true bytes there too, it is right in any case. */
	memcpy(self->slot->hva, code, sizeof(code));
	vcpu_call(self->vcpu, guest_hypercall_by_code, CODE_GPA);
	EXPECT_GUEST_RETURNED(RIGHT_RESULT, vcpu_run(self->vcpu));
}

GMEM_TEST_MAIN
