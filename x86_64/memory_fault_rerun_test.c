// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to the instruction that ended in KVM_EXIT_MEMORY_FAULT: nothing
 * until the cause is gone, then all of it, once. Every instruction here would
 * show a second execution: it adds, or moves a register.
 */
#include <string.h>

#include "guest_mem.h"
#include "guest_mmu.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "vcpu.h"
#include "vm.h"
#include "x86.h"

#define SLOT_SIZE	(4 * PAGE_SIZE)
#define FAULT_GPA	(TEST_GPA + PAGE_SIZE)
/* What the shared side's counter starts from; a private page is zero. */
#define SHARED_START	0x4100ULL

/* Each adds 1 to the word at @gpa and returns how it was executed: 0 is right. */
extern const char guest_inc_insn[], guest_xadd_insn[], guest_adc_insn[], guest_cmpxchg_insn[];

static u64 guest_inc(u64 gpa)
{
	asm volatile(".globl guest_inc_insn\n"
		     "guest_inc_insn: incq (%0)" : : "r"(gpa) : "memory", "cc");
	return 0;
}

/* The old value comes back in the register that held the addend. */
static u64 guest_xadd(u64 gpa)
{
	u64 value = 1;

	asm volatile(".globl guest_xadd_insn\n"
		     "guest_xadd_insn: lock xaddq %0, (%1)"
		     : "+r"(value) : "r"(gpa) : "memory", "cc");
	return value + 1 - READ_ONCE(*(u64 *)(unsigned long)gpa);
}

/* Consumes the carry: without it, nothing would be added. */
static u64 guest_adc(u64 gpa)
{
	u8 carry;

	asm volatile("stc\n"
		     ".globl guest_adc_insn\n"
		     "guest_adc_insn: adcq $0, (%1)\n"
		     "setc %0" : "=q"(carry) : "r"(gpa) : "memory", "cc");
	return carry;
}

/* The first attempt fails and loads the value, which is a write cycle as well. */
static u64 guest_cmpxchg(u64 gpa)
{
	u64 old = ~0ULL, new = 0;
	u8 equal;

	asm volatile(".globl guest_cmpxchg_insn\n"
		     "guest_cmpxchg_insn: lock cmpxchgq %2, (%3)\n"
		     "lea 1(%0), %2\n"
		     "lock cmpxchgq %2, (%3)\n"
		     "sete %1"
		     : "+a"(old), "=&q"(equal), "+r"(new) : "r"(gpa) : "memory", "cc");
	return !equal;
}

FIXTURE(rerun)
{
	struct vm *vm;
	struct vcpu *vcpu;
};

FIXTURE_VARIANT(rerun)
{
	u64 (*guest)(u64 gpa);
	const char *insn;
};

FIXTURE_VARIANT_ADD(rerun, inc) { .guest = guest_inc, .insn = guest_inc_insn };
FIXTURE_VARIANT_ADD(rerun, xadd) { .guest = guest_xadd, .insn = guest_xadd_insn };
FIXTURE_VARIANT_ADD(rerun, adc) { .guest = guest_adc, .insn = guest_adc_insn };
FIXTURE_VARIANT_ADD(rerun, cmpxchg) { .guest = guest_cmpxchg, .insn = guest_cmpxchg_insn };

FIXTURE_SETUP(rerun)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	mem_attrs_set_private(self->vm, FAULT_GPA, PAGE_SIZE);
}

FIXTURE_TEARDOWN(rerun)
{
	vm_free(self->vm);
}

static struct memslot *add_plain_slot(struct vm *vm)
{
	struct memslot *slot = memslot_add(vm, TEST_GPA, SLOT_SIZE, 0);

	*(u64 *)memslot_hva(slot, FAULT_GPA) = SHARED_START;
	return slot;
}

/* The call ends in the fault @times times; NULL, or what was wrong. */
static const char *run_into_fault(struct vcpu *vcpu, int times)
{
	const char *why = NULL;

	while (times-- && !why)
		why = expect_memory_fault(vcpu_run(vcpu), EFAULT, FAULT_GPA, PAGE_SIZE,
					  KVM_MEMORY_EXIT_FLAG_PRIVATE);
	return why;
}

#define ASSERT_FAULTS(vcpu, times) __EXPECT_NO_COMPLAINT(run_into_fault(vcpu, times), 1)

/*
 * EXIT-3: without a fix, each run gives the same exit and moves nothing. Red:
 * mutant exit-mf-skips-insn.
 */
TEST_F(rerun, unfixed_fault_repeats_without_progress)
{
	struct memslot *slot = add_plain_slot(self->vm);
	struct kvm_regs first, last;

	vcpu_call(self->vcpu, variant->guest, FAULT_GPA);
	ASSERT_FAULTS(self->vcpu, 1);
	vcpu_get_regs(self->vcpu, &first);
	EXPECT_EQ((u64)(unsigned long)variant->insn, first.rip);

	ASSERT_FAULTS(self->vcpu, 10);
	vcpu_get_regs(self->vcpu, &last);
	EXPECT_EQ(0, memcmp(&first, &last, sizeof(first)));
	EXPECT_EQ(SHARED_START, *(u64 *)memslot_hva(slot, FAULT_GPA));
}

/*
 * EXIT-3: the page becomes shared: the instruction works on the shared side.
 * Red: mutant exit-mf-skips-insn.
 */
TEST_F(rerun, fault_fixed_by_conversion_executes_once)
{
	struct memslot *slot = add_plain_slot(self->vm);

	vcpu_call(self->vcpu, variant->guest, FAULT_GPA);
	ASSERT_FAULTS(self->vcpu, 2);
	mem_attrs_set_shared(self->vm, FAULT_GPA, PAGE_SIZE);
	EXPECT_GUEST_RETURNED(0, vcpu_run(self->vcpu));
	EXPECT_EQ(SHARED_START + 1, *(u64 *)memslot_hva(slot, FAULT_GPA));
}

/*
 * EXIT-3: the slot is replaced by one with a private side. Red: mutants
 * exit-mf-skips-insn, exit-noslot-private-mmio.
 */
TEST_F(rerun, fault_fixed_by_another_slot_executes_once)
{
	struct memslot *slot = add_plain_slot(self->vm);

	vcpu_call(self->vcpu, variant->guest, FAULT_GPA);
	ASSERT_FAULTS(self->vcpu, 2);
	memslot_delete(slot);
	ASSERT_FAULTS(self->vcpu, 2);
	slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, MEMSLOT_GMEM);
	EXPECT_GUEST_RETURNED(0, vcpu_run(self->vcpu));
	EXPECT_FILLED(0, slot->hva, slot->size);
	vcpu_call(self->vcpu, guest_read_u64, FAULT_GPA);
	EXPECT_GUEST_RETURNED(1, vcpu_run(self->vcpu));
}

/*
 * EXIT-3: there was no slot at all, and then there is. Red: mutants
 * exit-mf-skips-insn, exit-noslot-private-mmio.
 */
TEST_F(rerun, fault_fixed_by_first_slot_executes_once)
{
	guest_mmu_map_identity(self->vm, TEST_GPA, SLOT_SIZE);
	vcpu_call(self->vcpu, variant->guest, FAULT_GPA);
	ASSERT_FAULTS(self->vcpu, 2);
	memslot_add(self->vm, TEST_GPA, SLOT_SIZE, MEMSLOT_GMEM);
	EXPECT_GUEST_RETURNED(0, vcpu_run(self->vcpu));
	vcpu_call(self->vcpu, guest_read_u64, FAULT_GPA);
	EXPECT_GUEST_RETURNED(1, vcpu_run(self->vcpu));
}

#define STRING_SIZE	256
#define STRING_HEAD	100	/* of which lie before the page that faults */

static u64 guest_copy_string(u64 to, u64 from, u64 size)
{
	asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
	return size;
}

FIXTURE(rerun_string)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
	u8 *from;
	u8 *to;
};

FIXTURE_SETUP(rerun_string)
{
	int i;

	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, 0);
	self->from = memslot_hva(self->slot, TEST_GPA + 3 * PAGE_SIZE);
	self->to = memslot_hva(self->slot, FAULT_GPA - STRING_HEAD);
	for (i = 0; i < STRING_SIZE; i++)
		self->from[i] = i ^ 0x80;
	mem_attrs_set_private(self->vm, FAULT_GPA, PAGE_SIZE);
	vcpu_call(self->vcpu, guest_copy_string, FAULT_GPA - STRING_HEAD,
		  TEST_GPA + 3 * PAGE_SIZE, STRING_SIZE);
}

FIXTURE_TEARDOWN(rerun_string)
{
	vm_free(self->vm);
}

/*
 * EXIT-3: a repeated instruction stops at the page that faults, with its
 * registers there: what it has done stays done, once. Red: mutant
 * exit-mf-skips-insn.
 */
TEST_F(rerun_string, rep_movs_stops_at_the_faulting_page)
{
	struct kvm_regs regs;

	ASSERT_FAULTS(self->vcpu, 3);
	vcpu_get_regs(self->vcpu, &regs);
	EXPECT_EQ(STRING_SIZE - STRING_HEAD, regs.rcx);
	EXPECT_EQ(FAULT_GPA, regs.rdi);
	EXPECT_EQ(TEST_GPA + 3 * PAGE_SIZE + STRING_HEAD, regs.rsi);
	EXPECT_EQ(0, memcmp(self->to, self->from, STRING_HEAD));
	EXPECT_FILLED(0, self->to + STRING_HEAD, PAGE_SIZE);
}

/*
 * EXIT-3: ... and goes on from there: the host's change to what is done stays.
 * Red: mutant exit-mf-skips-insn.
 */
TEST_F(rerun_string, rep_movs_goes_on_where_it_stopped)
{
	ASSERT_FAULTS(self->vcpu, 2);
	memset(self->to, 0x77, STRING_HEAD);
	mem_attrs_set_shared(self->vm, FAULT_GPA, PAGE_SIZE);
	EXPECT_GUEST_RETURNED(0, vcpu_run(self->vcpu));
	EXPECT_FILLED(0x77, self->to, STRING_HEAD);
	EXPECT_EQ(0, memcmp(self->to + STRING_HEAD, self->from + STRING_HEAD,
			    STRING_SIZE - STRING_HEAD));
	EXPECT_EQ(0, self->to[STRING_SIZE]);
}

GMEM_TEST_MAIN
