// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts in a VM with private memory, with either kind of irqchip: the
 * local APIC answers at its address, and an interrupt gets to the guest even
 * through a table that lies in private memory.
 */
#include <string.h>

#include "guest_image.h"
#include "guest_mem.h"
#include "guest_mmu.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "vcpu.h"
#include "vm.h"
#include "x86.h"

#define APIC_GPA	0xfee00000ULL
#define APIC_EOI	0xb0
#define APIC_SPURIOUS	0xf0
#define APIC_ISR	0x100
#define APIC_ENABLED	0x1ff

/* One that has no error code: the suite's exception entries are its handlers. */
#define VECTOR		28

FIXTURE(irqchip)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
};

FIXTURE_VARIANT(irqchip)
{
	bool split;
};

FIXTURE_VARIANT_ADD(irqchip, in_kernel) { .split = false };
FIXTURE_VARIANT_ADD(irqchip, split) { .split = true };

FIXTURE_SETUP(irqchip)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	if (variant->split) {
		REQUIRE(vm_cap(self->vm, KVM_CAP_SPLIT_IRQCHIP), "no split irqchip");
		vm_enable_cap(self->vm, KVM_CAP_SPLIT_IRQCHIP, 24);
	} else {
		REQUIRE(vm_cap(self->vm, KVM_CAP_IRQCHIP), "no in-kernel irqchip");
		MUST(vm_ioctl(self->vm, KVM_CREATE_IRQCHIP, NULL));
	}
	self->vcpu = vcpu_create(self->vm);
	self->slot = memslot_add(self->vm, TEST_GPA, 2 * PAGE_SIZE, MEMSLOT_GMEM);
	guest_mmu_map_identity(self->vm, APIC_GPA, PAGE_SIZE);
}

FIXTURE_TEARDOWN(irqchip)
{
	vm_free(self->vm);
}

static u32 guest_apic_read(u64 reg)
{
	return READ_ONCE(*(u32 *)(APIC_GPA + reg));
}

static void guest_apic_write(u64 reg, u32 value)
{
	WRITE_ONCE(*(u32 *)(APIC_GPA + reg), value);
}

/* Let the interrupt in that the host has sent: its vector, all ones if there is none. */
static u64 guest_take_interrupt(void)
{
	struct vcpu_area *area = guest_area();
	u64 in_service;

	guest_apic_write(APIC_SPURIOUS, APIC_ENABLED);
	area->fixup_vector = ~0ULL;
	GUEST_SYNC(guest_apic_read(APIC_SPURIOUS));
	asm volatile("lea 1f(%%rip), %%rax; mov %%rax, %0; mov $1000000, %%ecx;"
		     "sti; 2: pause; dec %%ecx; jnz 2b; 1: cli"
		     : "=m"(area->fixup_ip) : : "rax", "rcx", "memory", "cc");
	area->fixup_ip = 0;
	in_service = guest_apic_read(APIC_ISR);
	guest_apic_write(APIC_EOI, 0);
	GUEST_ASSERT_EQ(BIT_ULL(VECTOR), in_service);
	GUEST_ASSERT_EQ(0, guest_apic_read(APIC_ISR));
	return area->fixup_vector;
}

struct table_register {
	u16 limit;
	u64 base;
} __attribute__((packed));

/* The same through a copy of the interrupt descriptor table that is private. */
static u64 guest_take_interrupt_privately(u64 table_gpa)
{
	struct table_register old, new;
	u64 vector;

	asm volatile("sidt %0" : "=m"(old));
	new = (struct table_register){ old.limit, table_gpa };
	memcpy((void *)table_gpa, (void *)old.base, old.limit + 1);
	asm volatile("lidt %0" : : "m"(new));
	vector = guest_take_interrupt();
	asm volatile("lidt %0" : : "m"(old));
	return vector;
}

static void signal_vector(struct vm *vm)
{
	struct kvm_msi msi = { .address_lo = APIC_GPA, .data = VECTOR };
	int ret = vm_ioctl(vm, KVM_SIGNAL_MSI, &msi);

	FAIL_UNLESS(ret == 1, "KVM_SIGNAL_MSI: %s, delivered to %d",
		    errno_name(ret < 0 ? -ret : 0), ret);
}

/* EXIT-16: the APIC is in its place and interrupts arrive. Red: mutant exit-irq-dropped. */
TEST_F(irqchip, interrupt_arrives)
{
	vcpu_call(self->vcpu, guest_take_interrupt);
	ASSERT_GUEST_SYNC(APIC_ENABLED, vcpu_run(self->vcpu));
	signal_vector(self->vm);
	EXPECT_GUEST_RETURNED(VECTOR, vcpu_run(self->vcpu));
}

/*
 * EXIT-16: and the CPU finds their descriptors in private memory. Red: mutants
 * exit-irq-dropped, exit-private-uses-hva.
 */
TEST_F(irqchip, interrupt_arrives_by_private_table)
{
	mem_attrs_set_private(self->vm, TEST_GPA, PAGE_SIZE);
	vcpu_call(self->vcpu, guest_take_interrupt_privately, TEST_GPA);
	ASSERT_GUEST_SYNC(APIC_ENABLED, vcpu_run(self->vcpu));
	signal_vector(self->vm);
	EXPECT_GUEST_RETURNED(VECTOR, vcpu_run(self->vcpu));
	EXPECT_FILLED(0, self->slot->hva, self->slot->size);
}

GMEM_TEST_MAIN
