// SPDX-License-Identifier: GPL-2.0
/*
 * Asynchronous page faults: a shared page whose host memory has to be waited for
 * does not hold the vCPU in the fault; KVM gets it in the background, and the vCPU
 * rests or does other things. Private memory never takes that way.
 * arch/x86/kvm/mmu/mmu.c, __kvm_mmu_faultin_pfn(); virt/kvm/async_pf.c.
 */
#include <sched.h>
#include <stdio.h>
#include <time.h>

#include "case_limit.h"
#include "fault_gate.h"
#include "guest_mem.h"
#include "guest_mmu.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "trace.h"
#include "vcpu.h"
#include "vcpu_thread.h"
#include "vm.h"
#include "x86.h"

#define APIC_GPA	0xfee00000ULL
#define APIC_EOI	0xb0
#define APIC_SPURIOUS	0xf0
#define APIC_ENABLED	0x1ff
/* One that has no error code: the suite's exception entries are its handlers. */
#define VECTOR		28

#define GATE_GPA	(TEST_GPA + PAGE_SIZE)
/* What the guest reads. */
#define READ_GPA	(GATE_GPA + 8)
#define SLOT_SIZE	(4 * PAGE_SIZE)

#define TRY		"kvm_try_async_get_page"
#define REPEATED	"kvm_async_pf_repeated_fault"
#define COMPLETED	"kvm_async_pf_completed"

FIXTURE(async_fault)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
	struct fault_gate gate;
	struct trace *trace;
};

/*
 * Other VMs of the machine have such faults, too. The event of the end comes from a worker,
 * not from the vCPU's thread; it has the page's host address besides.
 */
static void trace_reads(struct trace *trace, struct memslot *slot)
{
	char filter[96];

	snprintf(filter, sizeof(filter), "gva == %#llx", READ_GPA);
	trace_enable(trace, "kvm:" TRY, filter);
	trace_enable(trace, "kvm:" REPEATED, filter);
	snprintf(filter, sizeof(filter), "gva == %#llx && address == %#lx", READ_GPA,
		 (unsigned long)memslot_hva(slot, GATE_GPA));
	trace_enable(trace, "kvm:" COMPLETED, filter);
}

FIXTURE_SETUP(async_fault)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	REQUIRE(fault_gate_available(), "no userfaultfd for kernel accesses");
	REQUIRE(trace_available() && trace_has_event("kvm:" TRY), "no KVM tracepoints");
	self->vm = vm_create(vm_private_type());
	REQUIRE(vm_cap(self->vm, KVM_CAP_IRQCHIP), "no in-kernel irqchip");
	MUST(vm_ioctl(self->vm, KVM_CREATE_IRQCHIP, NULL));
	self->vcpu = vcpu_create(self->vm);
	self->slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, MEMSLOT_GMEM);
	guest_mmu_map_identity(self->vm, APIC_GPA, PAGE_SIZE);
	self->trace = trace_open();
	trace_reads(self->trace, self->slot);
	fault_gate_close(&self->gate, memslot_hva(self->slot, GATE_GPA));
}

FIXTURE_TEARDOWN(async_fault)
{
	trace_close(self->trace);
	vm_free(self->vm);
}

/*
 * One read with interrupts on: after an interrupt it is tried again. Nop, for interrupts
 * are off for one more instruction after sti, and a fault with interrupts off is waited for.
 */
static u64 guest_read_interruptibly(u64 gpa)
{
	struct vcpu_area *area = guest_area();
	u64 value;

	WRITE_ONCE(*(u32 *)(APIC_GPA + APIC_SPURIOUS), APIC_ENABLED);
	asm volatile("lea 1f(%%rip), %%rax; mov %%rax, %1; sti; nop; 1: mov (%2), %%rax; cli"
		     : "=&a"(value), "=m"(area->fixup_ip) : "r"(gpa) : "memory", "cc");
	area->fixup_ip = 0;
	WRITE_ONCE(*(u32 *)(APIC_GPA + APIC_EOI), 0);
	return value;
}

static bool trace_shows(struct trace *trace, const char *event)
{
	time_t end = time(NULL) + case_limit_seconds() / 4;

	while (!trace_count(trace, event)) {
		if (time(NULL) > end)
			return false;
		sched_yield();
	}
	return true;
}

/*
 * EXIT-13: the vCPU rests while the page comes. An interrupt wakes it; its second
 * try meets the first, which is still under way, and it rests again. When the page
 * is there the access happens. Needs:
 * alone. Red: mutants async-never, async-repeats.
 */
TEST_F(async_fault, shared_page_comes_in_the_background)
{
	struct kvm_msi msi = { .address_lo = APIC_GPA, .data = VECTOR };
	struct vcpu_thread t;

	vcpu_call(self->vcpu, guest_read_interruptibly, READ_GPA);
	vcpu_thread_start(&t, self->vcpu);
	fault_gate_wait(&self->gate);
	EXPECT_TRUE(trace_shows(self->trace, TRY));
	EXPECT_EQ(1, vm_ioctl(self->vm, KVM_SIGNAL_MSI, &msi));
	EXPECT_TRUE(trace_shows(self->trace, REPEATED));
	EXPECT_EQ(0, trace_count(self->trace, COMPLETED));

	fault_gate_open(&self->gate);
	EXPECT_GUEST_RETURNED(0, vcpu_thread_join(&t));
	EXPECT_EQ(1, trace_count(self->trace, COMPLETED));
	EXPECT_EQ(1, trace_count(self->trace, REPEATED));
}

/*
 * EXIT-13: the private side of the same page is there at once, whoever waits for
 * the shared one. Needs: alone. Red: mutant exit-private-uses-hva.
 */
TEST_F(async_fault, private_page_never_waits_for_the_shared_one)
{
	mem_attrs_set_private(self->vm, GATE_GPA, PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_write_u64, READ_GPA, 7);
	vcpu_call(self->vcpu, guest_read_interruptibly, READ_GPA);
	EXPECT_GUEST_RETURNED(7, vcpu_run(self->vcpu));
	EXPECT_EQ(0, trace_count(self->trace, TRY));
	fault_gate_open(&self->gate);
}

/* Begin a read of the shared page, which has to be waited for; in the private one there is a 7. */
static void start_read(FIXTURE_DATA(async_fault) *self, struct vcpu_thread *t)
{
	mem_attrs_set_private(self->vm, GATE_GPA, PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_write_u64, READ_GPA, 7);
	mem_attrs_set_shared(self->vm, GATE_GPA, PAGE_SIZE);
	vcpu_call(self->vcpu, guest_read_interruptibly, READ_GPA);
	vcpu_thread_start(t, self->vcpu);
	fault_gate_wait(&self->gate);
}

/*
 * ATTR-9, EXIT-13: when the shared page is there, KVM repeats the fault on the vCPU's behalf,
 * as the fault was: shared. The page has become private meanwhile, so nothing is mapped, and
 * the guest gets the private page. Needs: alone. Red: mutant async-ignores-conversion.
 */
TEST_F(async_fault, page_made_private_meanwhile_is_read_as_private)
{
	struct vcpu_thread t;

	start_read(self, &t);
	EXPECT_TRUE(trace_shows(self->trace, TRY));
	mem_attrs_set_private(self->vm, GATE_GPA, PAGE_SIZE);
	EXPECT_EQ(0, trace_count(self->trace, COMPLETED));

	fault_gate_open(&self->gate);
	EXPECT_GUEST_RETURNED(7, vcpu_thread_join(&t));
	EXPECT_EQ(1, trace_count(self->trace, TRY));
	EXPECT_EQ(1, trace_count(self->trace, COMPLETED));
}

/*
 * ATTR-9, EXIT-13: an interrupt wakes the vCPU, and its second try finds the page private: that
 * it waited for the shared one is past, and the read happens. The shared page comes later,
 * to a vCPU that no longer wants it, and replaces nothing.
 * Needs: alone. Red: mutant async-private-waits.
 */
TEST_F(async_fault, page_made_private_meanwhile_is_not_waited_for)
{
	struct kvm_msi msi = { .address_lo = APIC_GPA, .data = VECTOR };
	struct vcpu_thread t;

	start_read(self, &t);
	EXPECT_TRUE(trace_shows(self->trace, TRY));
	mem_attrs_set_private(self->vm, GATE_GPA, PAGE_SIZE);
	EXPECT_EQ(1, vm_ioctl(self->vm, KVM_SIGNAL_MSI, &msi));
	EXPECT_GUEST_RETURNED(7, vcpu_thread_join(&t));
	EXPECT_EQ(0, trace_count(self->trace, REPEATED));
	EXPECT_EQ(0, trace_count(self->trace, COMPLETED));

	fault_gate_open(&self->gate);
	EXPECT_TRUE(trace_shows(self->trace, COMPLETED));
	vcpu_call(self->vcpu, guest_read_interruptibly, READ_GPA);
	EXPECT_GUEST_RETURNED(7, vcpu_run(self->vcpu));
}

/*
 * ATTR-9, EXIT-13: private and shared again, the page is the one that is still being got: the
 * next read meets that fault, rests, and gets the shared page.
 * Needs: alone. Red: mutant async-repeats.
 */
TEST_F(async_fault, page_made_private_and_shared_meanwhile_is_waited_for)
{
	struct kvm_msi msi = { .address_lo = APIC_GPA, .data = VECTOR };
	struct vcpu_thread t;

	start_read(self, &t);
	EXPECT_TRUE(trace_shows(self->trace, TRY));
	mem_attrs_set_private(self->vm, GATE_GPA, PAGE_SIZE);
	EXPECT_EQ(1, vm_ioctl(self->vm, KVM_SIGNAL_MSI, &msi));
	EXPECT_GUEST_RETURNED(7, vcpu_thread_join(&t));
	mem_attrs_set_shared(self->vm, GATE_GPA, PAGE_SIZE);
	vcpu_call(self->vcpu, guest_read_interruptibly, READ_GPA);
	vcpu_thread_start(&t, self->vcpu);
	EXPECT_TRUE(trace_shows(self->trace, REPEATED));
	EXPECT_EQ(0, trace_count(self->trace, COMPLETED));

	fault_gate_open(&self->gate);
	EXPECT_GUEST_RETURNED(0, vcpu_thread_join(&t));
	EXPECT_EQ(1, trace_count(self->trace, COMPLETED));
}

GMEM_TEST_MAIN
