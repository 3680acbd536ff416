// SPDX-License-Identifier: GPL-2.0
/*
 * Dirty logging that ends after memory became private: KVM then looks for large
 * pages to map the slot with again, and must not ask guest_memfd for those of a
 * slot that has none. kvm_mmu_max_mapping_level() without a fault.
 */
#include <stdio.h>

#include "disposable.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "vcpu.h"
#include "vm.h"

#define SLOT_SIZE	ARCH_LARGE_PAGE_SIZE
#define NR_PAGES	(SLOT_SIZE / PAGE_SIZE)
#define TAINT_WARN	BIT_ULL(9)

static u64 kernel_taint(void)
{
	unsigned long long taint = 0;
	FILE *f = fopen("/proc/sys/kernel/tainted", "re");

	FAIL_UNLESS(f && fscanf(f, "%llu", &taint) == 1, "cannot read the kernel's taint");
	fclose(f);
	return taint;
}

/*
 * BUG-1: userspace can make KVM warn, and with panic_on_warn the host panic: touch
 * a logged slot, make the whole of a large page private, and stop logging.
 * Needs: boot. Red: Linux 7.3.
 */
TEST(logging_of_converted_memory_ends_without_a_warning)
{
	struct memslot *slot;
	struct vcpu *vcpu;
	struct vm *vm;
	u64 taint;

	REQUIRE_DISPOSABLE_MACHINE();
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	vm = vm_create(vm_private_type());
	vcpu = vcpu_create(vm);
	slot = memslot_add(vm, TEST_GPA, SLOT_SIZE, MEMSLOT_LOG_DIRTY);
	taint = kernel_taint();
	vcpu_call_done(vcpu, guest_touch_pages, TEST_GPA, NR_PAGES);
	mem_attrs_set_private(vm, TEST_GPA, SLOT_SIZE);
	EXPECT_OK(__memslot_set2(vm, slot->id, 0, TEST_GPA, SLOT_SIZE, slot->hva, -1, 0));
	EXPECT_EQ(taint & TAINT_WARN, kernel_taint() & TAINT_WARN);

	mem_attrs_set_shared(vm, TEST_GPA, SLOT_SIZE);
	vcpu_call_done(vcpu, guest_touch_pages, TEST_GPA, NR_PAGES);
	vm_free(vm);
}

GMEM_TEST_MAIN
