// SPDX-License-Identifier: GPL-2.0
/*
 * A device that is assigned to a VM with private memory, and does real DMA: into what
 * the guest shares, and into what it does not.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gmem.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "page_pattern.h"
#include "vcpu.h"
#include "vm.h"
#include "vmm/edu.h"
#include "vmm/guest_convert.h"
#include "vmm/ioas_listener.h"

#define NR_PAGES	16
#define SIZE		(NR_PAGES * PAGE_SIZE)
#define HALF		EDU_MAX_TRANSFER

FIXTURE(edu) {
	struct vm *vm;
	struct vcpu *vcpu;
	struct ram_block *block;
	struct ioas ioas;
	struct ioas_listener listener;
	struct edu edu;
	u64 faults;		/* that there should have been */
};

FIXTURE_VARIANT(edu) {
	enum ioas_style style;
};

FIXTURE_VARIANT_ADD(edu, pagewise) { IOAS_PAGEWISE };
FIXTURE_VARIANT_ADD(edu, coalesced) { IOAS_COALESCED };

FIXTURE_SETUP(edu)
{
	REQUIRE_EDU();
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->block = ram_block_create(self->vm, "ram", TEST_GPA, SIZE, BACKING_ANON, 0);
	ioas_open(&self->ioas);
	ioas_listener_add(&self->listener, self->block, 0, SIZE, &self->ioas, variant->style);
	edu_open(&self->edu, 0, &self->ioas);
	self->faults = iommu_fault_count();
}

FIXTURE_TEARDOWN(edu)
{
	if (self->edu.pci.bar0)
		edu_close(&self->edu);
	ioas_listener_remove(&self->listener);
	ioas_close(&self->ioas);
	vm_free(self->vm);
	ram_block_free(self->block);
}

static u64 gpa_of(u64 page)
{
	return TEST_GPA + page * PAGE_SIZE;
}

static char *hva_of(FIXTURE_DATA(edu) *self, u64 page)
{
	return self->block->hva + page * PAGE_SIZE;
}

#define GUEST(self, ...) vcpu_call_done((self)->vcpu, ##__VA_ARGS__)

/*
 * DMA-1: what the guest wrote to a shared page the device reads, and what the device
 * writes to another the guest and the host read; not a byte beside it.
 * Needs: vm=edu, alone.
 */
TEST_F(edu, device_and_guest_see_each_others_bytes)
{
	GUEST(self, guest_fill_pages, gpa_of(0), NR_PAGES, PAGE_SHARED, 1);
	edu_read(&self->edu, gpa_of(3), HALF);
	edu_write(&self->edu, gpa_of(9) + HALF, HALF);
	EXPECT_EQ(page_pattern_word(PAGE_SHARED, gpa_of(3) / PAGE_SIZE, 1, 0),
		  GUEST(self, guest_read_u64, gpa_of(9) + HALF));
	EXPECT_EQ(0, memcmp(hva_of(self, 3), hva_of(self, 9) + HALF, HALF));
	GUEST(self, guest_bounce, gpa_of(9) + HALF, gpa_of(8), HALF);
	GUEST(self, guest_check_pages, gpa_of(0), 9, PAGE_SHARED, 1);
	GUEST(self, guest_check_pages, gpa_of(10), NR_PAGES - 10, PAGE_SHARED, 1);
	iommu_fault_expect(self->faults);
}

GMEM_TEST_MAIN
