// SPDX-License-Identifier: GPL-2.0
/* The VMM model as a whole: the tiny VM that demo/ shows, without and with a device. */
#include "harness.h"
#include "vm.h"
#include "vmm/edu.h"
#include "vmm/ioas_listener.h"
#include "vmm/tiny_vm.h"

FIXTURE(tiny_vm) {
	struct tiny_vm t;
	struct ioas ioas;
	struct ioas_listener listener;
	struct edu edu;
};

FIXTURE_SETUP(tiny_vm)
{
	REQUIRE(kvm_cap(KVM_CAP_EXIT_HYPERCALL), "no exits for hypercalls");
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	tiny_vm_create(&self->t);
}

FIXTURE_TEARDOWN(tiny_vm)
{
	if (self->edu.pci.bar0)
		edu_close(&self->edu);
	ioas_listener_remove(&self->listener);
	ioas_close(&self->ioas);
	if (self->t.vmm.vm)
		tiny_vm_free(&self->t);
}

static void answer(struct tiny_vm *t, enum tiny_doorbell why, u64 gpa, void *hva)
{
	(void)t;
	(void)gpa;
	if (why == TINY_HELLO)
		tiny_vm_answer(hva);
}

/*
 * ATTR-3, EXIT-8: from an empty private memory to the end: the host sees the loader
 * and two pages for a while, and nothing is left of either. Red: library's mutants
 * no-free-shared, no-start-private.
 */
TEST_F(tiny_vm, memory_is_private_but_for_what_is_shared)
{
	struct tiny_vm *t = &self->t;

	t->doorbell = answer;
	EXPECT_GUEST_DONE(tiny_vm_run(t, false));
	EXPECT_EQ(3, t->vmm.nr_hypercalls);
	EXPECT_EQ(0, t->vmm.nr_memory_faults);
	EXPECT_EQ(1, t->nr_doorbells[TINY_HELLO]);
	EXPECT_EQ(0, ram_block_count_shared(t->ram, TINY_RAM_GPA, TINY_RAM_SIZE));
	EXPECT_EQ(TINY_RAM_SIZE / PAGE_SIZE,
		  ram_block_count_private(t->ram, TINY_RAM_GPA, TINY_RAM_SIZE));
	EXPECT_EQ(0, ram_block_count_shared(t->loader, TINY_LOADER_GPA, TINY_LOADER_SIZE));
	EXPECT_EQ(0, ram_block_count_shared(t->firmware, TINY_FIRMWARE_GPA, TINY_FIRMWARE_SIZE));
	EXPECT_EQ(1, ram_block_count_private(t->firmware, TINY_FIRMWARE_GPA, TINY_FIRMWARE_SIZE));
}

static void do_dma(struct tiny_vm *t, enum tiny_doorbell why, u64 gpa, void *hva)
{
	struct edu *edu = t->arg;
	u64 faults = iommu_fault_count();

	if (why == TINY_HELLO)
		tiny_vm_answer(hva);
	else if (why == TINY_DEVICE_READ)
		edu_read(edu, gpa, TINY_MESSAGE_SIZE);
	else
		edu_write(edu, gpa, TINY_MESSAGE_SIZE);
	iommu_fault_expect(faults + (why == TINY_DEVICE_INTRUDE));
}

/*
 * DMA-1, DMA-5: the same guest with a driver: the device moves its message through the
 * bounce buffer while that is shared, and faults when it is not. Red: library's mutants
 * unmap-omitted, hypercall-other-way.
 * Needs: vm=edu, alone.
 */
TEST_F(tiny_vm, device_works_on_what_is_shared)
{
	struct tiny_vm *t = &self->t;

	REQUIRE_EDU();
	ioas_open(&self->ioas);
	edu_open(&self->edu, 0, &self->ioas);
	ioas_listener_add(&self->listener, t->ram, 0, TINY_RAM_SIZE, &self->ioas, IOAS_PAGEWISE);
	t->doorbell = do_dma;
	t->arg = &self->edu;
	EXPECT_GUEST_DONE(tiny_vm_run(t, true));
	EXPECT_EQ(1, t->nr_doorbells[TINY_DEVICE_READ]);
	EXPECT_EQ(1, t->nr_doorbells[TINY_DEVICE_WRITE]);
	EXPECT_EQ(1, t->nr_doorbells[TINY_DEVICE_INTRUDE]);
	EXPECT_EQ(4, self->ioas.nr_map_calls);
	EXPECT_EQ(2, self->ioas.nr_unmap_calls);
}

GMEM_TEST_MAIN
