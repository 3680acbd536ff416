// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_EXIT_MEMORY_FAULT says which page, never which bytes: gpa and size are
 * those of a base page and the flags tell only private from shared, whatever
 * the instruction was.
 */
#include <cpuid.h>
#include <string.h>

#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "vcpu.h"
#include "vm.h"
#include "x86.h"

#define NR_PAGES	4
#define SLOT_SIZE	(NR_PAGES * PAGE_SIZE)
#define FAULT_GPA	(TEST_GPA + PAGE_SIZE)
/* For the same access where it is allowed, to compare with. */
#define REFERENCE_GPA	(TEST_GPA + 3 * PAGE_SIZE)

/* Of every page: data, and a return instruction for accesses that jump there. */
#define CONTENT		0xc3

FIXTURE(access)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
};

FIXTURE_VARIANT(access)
{
	u64 (*guest)(u64 gpa);
	u64 size;
	u64 align;
	bool avx;
};

/*
 * One instruction accesses memory at %rdi; %rax is the result. Vector registers
 * need no clobber: nothing else in this program uses them.
 */
#define GUEST_ACCESS(name, insns)						\
	static u64 guest_##name(u64 gpa)					\
	{									\
		u64 result = 0;							\
										\
		asm volatile(insns						\
			     : "+a"(result), "+D"(gpa)				\
			     : : "rbx", "rcx", "rdx", "memory", "cc");		\
		return result;							\
	}

/* And it is a variant, with the number of bytes and the alignment that it needs. */
#define __ACCESS(name, bytes, alignment, needs_avx, insns)			\
	GUEST_ACCESS(name, insns)						\
	FIXTURE_VARIANT_ADD(access, name)					\
	{ .guest = guest_##name, .size = bytes, .align = alignment, .avx = needs_avx }
#define ACCESS(name, bytes, alignment, insns)		\
	__ACCESS(name, bytes, alignment, false, insns)
#define AVX_ACCESS(name, bytes, alignment, insns)	\
	__ACCESS(name, bytes, alignment, true, insns)

ACCESS(load1, 1, 1, "movb (%%rdi), %%al");
ACCESS(load2, 2, 1, "movw (%%rdi), %%ax");
ACCESS(load4, 4, 1, "movl (%%rdi), %%eax");
ACCESS(load8, 8, 1, "movq (%%rdi), %%rax");
ACCESS(load16, 16, 1, "movdqu (%%rdi), %%xmm0; movq %%xmm0, %%rax");
AVX_ACCESS(load32, 32, 1, "vmovdqu (%%rdi), %%ymm0; vmovq %%xmm0, %%rax");
ACCESS(store1, 1, 1, "movb $0x5a, (%%rdi)");
ACCESS(store2, 2, 1, "movw $0x5a5b, (%%rdi)");
ACCESS(store4, 4, 1, "movl $0x5a5b5c5d, (%%rdi)");
ACCESS(store8, 8, 1, "movq $0x5a5b5c5d, (%%rdi)");
ACCESS(store16, 16, 1, "pcmpeqd %%xmm0, %%xmm0; movdqu %%xmm0, (%%rdi)");
AVX_ACCESS(store32, 32, 1, "vcmptrueps %%ymm0, %%ymm0, %%ymm0; vmovups %%ymm0, (%%rdi)");
ACCESS(fxsave, 512, 16, "fxsave64 (%%rdi)");
ACCESS(xchg, 8, 1, "mov $0x5a, %%eax; xchgq %%rax, (%%rdi)");
ACCESS(lock_add, 8, 1, "lock addq $1, (%%rdi); sets %%al");
ACCESS(cmpxchg16, 16, 16, "mov $0xc3c3c3c3c3c3c3c3, %%rax; mov %%rax, %%rdx; xor %%ecx, %%ecx;"
       "mov $1, %%ebx; lock cmpxchg16b (%%rdi); setz %%al");
/* Without the lock prefix, which across two pages would be an offence of its own. */
GUEST_ACCESS(add, "addq $1, (%%rdi); sets %%al")
/* The operand is a page before the bit. */
ACCESS(bit_string, 8, 1, "mov $0x8002, %%ecx; btsq %%rcx, -0x1000(%%rdi); setc %%al");
ACCESS(rep_stos, 16, 1, "mov $16, %%ecx; rep stosb; mov %%rcx, %%rax");
/* %rdi is in the stack's place for one instruction; no interrupt is in the guest. */
ACCESS(push, 8, 1, "lea 8(%%rdi), %%rcx; xchg %%rcx, %%rsp; pushq $0x5a; xchg %%rcx, %%rsp;"
       "sub %%rdi, %%rcx; mov %%rcx, %%rax");
ACCESS(pop, 8, 1, "mov %%rdi, %%rcx; xchg %%rcx, %%rsp; popq %%rax; xchg %%rcx, %%rsp;"
       "sub %%rdi, %%rcx; add %%rcx, %%rax");
ACCESS(call, 1, 1, "call *%%rdi");

#define X86_CR4_OSXSAVE	BIT_ULL(18)
#define XCR0_FPU_SSE_AVX	7

static bool cpu_has_avx(void)
{
	const u32 osxsave_avx = 1U << 27 | 1U << 28;
	u32 a, b, c = 0, d;

	return __get_cpuid(1, &a, &b, &c, &d) && (c & osxsave_avx) == osxsave_avx;
}

static void enable_avx(struct vcpu *vcpu)
{
	struct kvm_xcrs xcrs = { .nr_xcrs = 1, .xcrs[0].value = XCR0_FPU_SSE_AVX };
	struct kvm_sregs sregs;

	vcpu_set_supported_cpuid(vcpu);
	vcpu_get_sregs(vcpu, &sregs);
	sregs.cr4 |= X86_CR4_OSXSAVE;
	vcpu_set_sregs(vcpu, &sregs);
	MUST(vcpu_ioctl(vcpu, KVM_SET_XCRS, &xcrs));
}

FIXTURE_SETUP(access)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	REQUIRE(!variant->avx || cpu_has_avx(), "no AVX");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	if (variant->avx)
		enable_avx(self->vcpu);
	self->slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, 0);
}

FIXTURE_TEARDOWN(access)
{
	vm_free(self->vm);
}

/*
 * EXIT-2: at the page's start, inside, aligned only as far as the instruction
 * needs it, and up to its last byte. With the page shared, the access then does
 * what it does on any other page. Red: mutants exit-mf-gpa-not-aligned,
 * exit-mf-access-flags, attr-no-zap.
 */
TEST_F(access, fault_names_the_page_wherever_the_bytes_are)
{
	const u64 offsets[] = {
		0, variant->align > 1 ? 0x120 : 0x123, PAGE_SIZE - variant->size
	};
	char *page = memslot_hva(self->slot, FAULT_GPA);
	char *reference = memslot_hva(self->slot, REFERENCE_GPA);
	u64 expected;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		memset(self->slot->hva, CONTENT, SLOT_SIZE);
		mem_attrs_set_private(self->vm, FAULT_GPA, PAGE_SIZE);
		vcpu_call(self->vcpu, variant->guest, FAULT_GPA + offsets[i]);
		ASSERT_MEMORY_FAULT(vcpu_run(self->vcpu), FAULT_GPA, PAGE_SIZE,
				    KVM_MEMORY_EXIT_FLAG_PRIVATE);
		ASSERT_MEMORY_FAULT(vcpu_run(self->vcpu), FAULT_GPA, PAGE_SIZE,
				    KVM_MEMORY_EXIT_FLAG_PRIVATE);
		EXPECT_FILLED(CONTENT, self->slot->hva, SLOT_SIZE);

		mem_attrs_set_shared(self->vm, FAULT_GPA, PAGE_SIZE);
		expected = vcpu_run_done(self->vcpu);
		EXPECT_EQ(expected, vcpu_call_done(self->vcpu, variant->guest,
						   REFERENCE_GPA + offsets[i]));
		EXPECT_EQ(0, memcmp(page, reference, PAGE_SIZE));
		EXPECT_FILLED(CONTENT, page - PAGE_SIZE, PAGE_SIZE);
		EXPECT_FILLED(CONTENT, page + PAGE_SIZE, PAGE_SIZE);
	}
}

/* A return instruction with a prefix: two bytes that split over two pages. */
#define REP_PREFIX	0xf3

FIXTURE(straddle)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
};

FIXTURE_VARIANT(straddle)
{
	u64 (*guest)(u64 gpa);
	u64 head;	/* bytes in the first page */
	bool avx;
};

#define STRADDLE(name, bytes, ...)						\
	FIXTURE_VARIANT_ADD(straddle, name)					\
	{ .guest = guest_##name, .head = bytes, __VA_ARGS__ }

STRADDLE(load2, 1);
STRADDLE(load8, 1);
STRADDLE(load16, 9);
STRADDLE(load32, 31, .avx = true);
STRADDLE(store4, 3);
STRADDLE(store8, 7);
STRADDLE(store16, 1);
STRADDLE(store32, 16, .avx = true);
STRADDLE(fxsave, 256);
STRADDLE(add, 4);
STRADDLE(push, 2);
STRADDLE(call, 1);

FIXTURE_SETUP(straddle)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	REQUIRE(!variant->avx || cpu_has_avx(), "no AVX");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	if (variant->avx)
		enable_avx(self->vcpu);
	self->slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, 0);
	memset(self->slot->hva, CONTENT, SLOT_SIZE);
	*(u8 *)memslot_hva(self->slot, FAULT_GPA + PAGE_SIZE - 1) = REP_PREFIX;
	vcpu_call(self->vcpu, variant->guest, FAULT_GPA + PAGE_SIZE - variant->head);
}

FIXTURE_TEARDOWN(straddle)
{
	vm_free(self->vm);
}

/*
 * EXIT-2: of an access to two pages, the one that is at fault is reported. Red:
 * mutants exit-mf-gpa-not-aligned, exit-private-falls-to-hva.
 */
TEST_F(straddle, private_first_page_is_reported)
{
	mem_attrs_set_private(self->vm, FAULT_GPA, PAGE_SIZE);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), FAULT_GPA, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	mem_attrs_set_shared(self->vm, FAULT_GPA, PAGE_SIZE);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

/* EXIT-2: see above. Red: mutants exit-mf-access-flags, exit-private-falls-to-hva. */
TEST_F(straddle, private_second_page_is_reported)
{
	mem_attrs_set_private(self->vm, FAULT_GPA + PAGE_SIZE, PAGE_SIZE);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), FAULT_GPA + PAGE_SIZE, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	mem_attrs_set_shared(self->vm, FAULT_GPA + PAGE_SIZE, PAGE_SIZE);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

/*
 * EXIT-2: if both pages are at fault they are reported one by one, in the order
 * that the CPU chooses. Red: mutants exit-mf-gpa-not-aligned, attr-store-beyond.
 */
TEST_F(straddle, two_private_pages_are_reported_in_turn)
{
	struct vm_exit exit;
	u64 other;

	mem_attrs_set_private(self->vm, FAULT_GPA, 2 * PAGE_SIZE);
	exit = vcpu_run(self->vcpu);
	other = exit.memory_fault.gpa == FAULT_GPA ? FAULT_GPA + PAGE_SIZE : FAULT_GPA;
	ASSERT_MEMORY_FAULT(exit, 2 * FAULT_GPA + PAGE_SIZE - other, PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	mem_attrs_set_shared(self->vm, exit.memory_fault.gpa, PAGE_SIZE);
	EXPECT_MEMORY_FAULT(vcpu_run(self->vcpu), other, PAGE_SIZE, KVM_MEMORY_EXIT_FLAG_PRIVATE);
	mem_attrs_set_shared(self->vm, other, PAGE_SIZE);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

GMEM_TEST_MAIN
