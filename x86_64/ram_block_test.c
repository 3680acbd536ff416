// SPDX-License-Identifier: GPL-2.0
/*
 * The RAM block of the VMM model in a VM with private memory: how it starts, who asks
 * for conversions, and through which slots it is seen.
 */
#include <asm/kvm_para.h>
#include <linux/kvm_para.h>

#include "gmem.h"
#include "guest_mem.h"
#include "harness.h"
#include "mem_attrs.h"
#include "page_pattern.h"
#include "vm.h"
#include "vmm/guest_convert.h"
#include "vmm/ioas_listener.h"
#include "vmm/iommufd_mock.h"
#include "vmm/vmm.h"
#include "x86.h"

#define SIZE		(SZ_2M + 8 * PAGE_SIZE)
#define NR_PAGES	(SIZE / PAGE_SIZE)

FIXTURE(ram_block) {
	struct vm *vm;
	struct vcpu *vcpu;
	struct vmm vmm;
	struct ram_block *block;
};

FIXTURE_SETUP(ram_block)
{
	REQUIRE(kvm_cap(KVM_CAP_EXIT_HYPERCALL), "no exits for hypercalls");
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	vmm_init(&self->vmm, self->vm);
}

FIXTURE_TEARDOWN(ram_block)
{
	vm_free(self->vm);
	ram_block_free(self->block);
}

static void add_block(FIXTURE_DATA(ram_block) *self, u32 flags)
{
	self->block = ram_block_create(self->vm, "ram", TEST_GPA, SIZE, BACKING_ANON, flags);
	vmm_add_block(&self->vmm, self->block);
}

static u64 gpa_of(u64 page)
{
	return TEST_GPA + page * PAGE_SIZE;
}

#define GUEST(self, ...) vcpu_call_done((self)->vcpu, ##__VA_ARGS__)

/*
 * ATTR-3, ATTR-6: a block that starts private gets no shared memory at all, and a
 * hypercall makes the pages shared that the guest wants to show.
 * Red: library's mutant no-start-private.
 */
TEST_F(ram_block, starts_private)
{
	add_block(self, RAM_BLOCK_START_PRIVATE);
	GUEST(self, guest_fill_pages, TEST_GPA, 4, PAGE_PRIVATE, 1);
	EXPECT_EQ(0, ram_block_count_shared(self->block, TEST_GPA, SIZE));
	EXPECT_EQ(4, ram_block_count_private(self->block, TEST_GPA, SIZE));
	EXPECT_FALSE(ram_block_is_shared(self->block, gpa_of(NR_PAGES - 1)));

	vcpu_call(self->vcpu, guest_map_gpa_range, gpa_of(1), PAGE_SIZE, false);
	EXPECT_GUEST_RETURNED(0, vmm_run(&self->vmm, self->vcpu));
	GUEST(self, guest_fill_pages, gpa_of(1), 1, PAGE_SHARED, 2);
	EXPECT_EQ(1, ram_block_count_shared(self->block, TEST_GPA, SIZE));
	EXPECT_EQ(3, ram_block_count_private(self->block, TEST_GPA, SIZE));
	GUEST(self, guest_check_pages, TEST_GPA, 1, PAGE_PRIVATE, 1);
	GUEST(self, guest_check_pages, gpa_of(2), 2, PAGE_PRIVATE, 1);
}

/*
 * BIND-5: around a hole, as PAM and SMRAM make one, the slots keep their places in
 * both memories; nothing is lost, not even in the hole, and the hole has no RAM.
 * Red: library's mutant hole-moves-offset.
 */
TEST_F(ram_block, slots_around_a_hole_keep_their_offsets)
{
	const u64 hole = 5;

	add_block(self, 0);
	GUEST(self, guest_fill_pages, TEST_GPA, 12, PAGE_SHARED, 1);
	ram_block_convert(self->block, gpa_of(4), 4 * PAGE_SIZE, true);
	GUEST(self, guest_fill_pages, gpa_of(4), 4, PAGE_PRIVATE, 1);

	ram_block_set_hole(self->block, hole * PAGE_SIZE, 2 * PAGE_SIZE);
	EXPECT_EQ(2, self->block->nr_slots);
	GUEST(self, guest_check_pages, TEST_GPA, 4, PAGE_SHARED, 1);
	GUEST(self, guest_check_pages, gpa_of(4), 1, PAGE_PRIVATE, 1);
	GUEST(self, guest_check_pages, gpa_of(7), 1, PAGE_PRIVATE, 1);
	GUEST(self, guest_check_pages, gpa_of(8), 4, PAGE_SHARED, 1);
	/* Private by its attribute, but there is no slot: no conversion helps. */
	vcpu_call(self->vcpu, guest_read_u64, gpa_of(hole));
	EXPECT_MEMORY_FAULT(vmm_run(&self->vmm, self->vcpu), gpa_of(hole), PAGE_SIZE,
			    KVM_MEMORY_EXIT_FLAG_PRIVATE);
	EXPECT_EQ(1, self->vmm.nr_memory_faults);
	/* A conversion across the hole is for what is behind it, too. */
	ram_block_convert(self->block, gpa_of(6), 2 * PAGE_SIZE, false);

	ram_block_set_hole(self->block, 0, 0);
	GUEST(self, guest_check_pages, gpa_of(4), 2, PAGE_PRIVATE, 1);
	GUEST(self, guest_check_zero, gpa_of(6), 2);
	GUEST(self, guest_check_pages, gpa_of(8), 4, PAGE_SHARED, 1);
}

/*
 * ATTR-1: what is no range of the block is refused before anybody hears of it. Red:
 * library's mutant no-range-check.
 */
TEST_F(ram_block, ranges_that_leave_the_block_are_refused)
{
	static const struct { u64 gpa, size; } bad[] = {
		{ TEST_GPA - PAGE_SIZE, PAGE_SIZE },
		{ TEST_GPA + SIZE, PAGE_SIZE },
		{ TEST_GPA + SIZE - PAGE_SIZE, 2 * PAGE_SIZE },
		{ TEST_GPA, SIZE + PAGE_SIZE },
		{ TEST_GPA, 0 },
		{ TEST_GPA + 1, PAGE_SIZE },
		{ TEST_GPA, PAGE_SIZE + 1 },
		{ TEST_GPA + PAGE_SIZE, -PAGE_SIZE },
	};
	size_t i;

	add_block(self, 0);
	GUEST(self, guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, 1);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_ERRNO(EINVAL, __ram_block_convert(self->block, bad[i].gpa, bad[i].size,
							 true));
	EXPECT_EQ(ARRAY_SIZE(bad), self->block->stats.refused);
	/* The guest that asks by hypercall is told; 2^53 pages are too many to be bytes. */
	vcpu_call(self->vcpu, guest_hypercall, KVM_HC_MAP_GPA_RANGE, TEST_GPA, BIT_ULL(53),
		  KVM_MAP_GPA_RANGE_ENCRYPTED, 0);
	EXPECT_GUEST_RETURNED(-KVM_EINVAL, vmm_run(&self->vmm, self->vcpu));
	GUEST(self, guest_check_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, 1);
	EXPECT_EQ(NR_PAGES, ram_block_count_shared(self->block, TEST_GPA, SIZE));
}

/*
 * EXIT-3: a memory fault that asks for the other state converts its page; one in
 * the state that the page has is an error, and left alone.
 * Red: library's mutant fault-other-way.
 */
TEST_F(ram_block, memory_fault_converts_its_page)
{
	struct vm_exit exit = {
		.ret = -EFAULT,
		.reason = KVM_EXIT_MEMORY_FAULT,
		.memory_fault = {
			.flags = KVM_MEMORY_EXIT_FLAG_PRIVATE,
			.gpa = gpa_of(3),
			.size = PAGE_SIZE,
		},
	};

	add_block(self, 0);
	GUEST(self, guest_fill_pages, TEST_GPA, NR_PAGES, PAGE_SHARED, 1);
	EXPECT_TRUE(vmm_handle_exit(&self->vmm, self->vcpu, &exit));
	EXPECT_FALSE(vmm_handle_exit(&self->vmm, self->vcpu, &exit));
	GUEST(self, guest_check_zero, gpa_of(3), 1);
	GUEST(self, guest_check_pages, gpa_of(4), 1, PAGE_SHARED, 1);
	EXPECT_EQ(NR_PAGES - 1, ram_block_count_shared(self->block, TEST_GPA, SIZE));

	exit.memory_fault.flags = 0;
	EXPECT_TRUE(vmm_handle_exit(&self->vmm, self->vcpu, &exit));
	EXPECT_FALSE(vmm_handle_exit(&self->vmm, self->vcpu, &exit));
	EXPECT_EQ(0, ram_block_count_private(self->block, TEST_GPA, SIZE));
	EXPECT_EQ(1, self->block->stats.to_private);
	EXPECT_EQ(1, self->block->stats.to_shared);
}

/*
 * BIND-13: where both sides are one memory, conversions keep the bytes and free
 * nothing. Red: library's mutant in-place-frees.
 */
TEST_F(ram_block, in_place_conversion_keeps_the_bytes)
{
	REQUIRE(gmem_supported_flags(self->vm) & GUEST_MEMFD_FLAG_MMAP,
		"no guest_memfd that can be mapped (before 6.18)");
	add_block(self, RAM_BLOCK_IN_PLACE);
	GUEST(self, guest_fill_pages, TEST_GPA, 8, PAGE_SHARED, 1);
	EXPECT_EQ(8, ram_block_count_private(self->block, TEST_GPA, SIZE));
	ram_block_convert(self->block, gpa_of(2), 4 * PAGE_SIZE, true);
	GUEST(self, guest_check_pages, TEST_GPA, 8, PAGE_SHARED, 1);
	GUEST(self, guest_fill_pages, gpa_of(3), 1, PAGE_PRIVATE, 2);
	ram_block_convert(self->block, gpa_of(2), 4 * PAGE_SIZE, false);
	GUEST(self, guest_check_pages, gpa_of(3), 1, PAGE_PRIVATE, 2);
	GUEST(self, guest_check_pages, gpa_of(4), 4, PAGE_SHARED, 1);
	EXPECT_EQ(8, ram_block_count_private(self->block, TEST_GPA, SIZE));
	EXPECT_EQ(0, self->block->stats.freed_shared + self->block->stats.freed_private);
}

/*
 * DMA-4: such memory of a VM with private memory is never the host's, so that no device
 * can have it either, not even its shared pages: the listener is refused.
 * Red: library's mutant late-listener-forgotten.
 */
TEST_F(ram_block, in_place_memory_of_a_private_vm_is_not_for_devices)
{
	struct iommufd_mock mock;
	struct ioas_listener l;
	struct ioas ioas;

	REQUIRE(gmem_supported_flags(self->vm) & GUEST_MEMFD_FLAG_MMAP,
		"no guest_memfd that can be mapped (before 6.18)");
	REQUIRE(iommufd_mock_available(), "no mock device (CONFIG_IOMMUFD_TEST)");
	add_block(self, RAM_BLOCK_IN_PLACE);
	ioas_open(&ioas);
	iommufd_mock_attach(&mock, &ioas);
	EXPECT_ERRNO(EFAULT, __ioas_listener_add(&l, self->block, 0, SIZE, &ioas, IOAS_PAGEWISE));
	EXPECT_ERRNO(EFAULT, __ioas_listener_add(&l, self->block, 0, SIZE, &ioas, IOAS_COALESCED));
	/* Nobody is asked any more. */
	ram_block_convert(self->block, TEST_GPA, SIZE, true);
	ram_block_convert(self->block, TEST_GPA, SIZE, false);
	ioas_close(&ioas);
}

/*
 * EXIT-8, ATTR-6: guests that convert in patterns, and what the VMM counts of them. Red:
 * library's mutants hypercall-other-way, no-free-private.
 */
TEST_F(ram_block, guests_convert_in_patterns)
{
	u64 calls = 0;
	int pattern;

	add_block(self, 0);
	for (pattern = 0; pattern < NR_GUEST_PATTERNS; pattern++) {
		u64 nr_pages = pattern == GUEST_WHOLE ? NR_PAGES : 64;

		vcpu_call(self->vcpu, guest_convert_in_pattern, pattern, TEST_GPA, nr_pages, 2);
		ASSERT_GUEST_DONE(vmm_run(&self->vmm, self->vcpu));
		calls += 2 * guest_pattern_calls(pattern, nr_pages);
		EXPECT_EQ(calls, self->vmm.nr_hypercalls);
		EXPECT_EQ(0, ram_block_count_private(self->block, TEST_GPA, SIZE));
	}
	EXPECT_EQ(calls / 2, self->block->stats.to_private);
	EXPECT_EQ(calls / 2, self->block->stats.to_shared);
	EXPECT_EQ(self->block->stats.pages_to_private, self->block->stats.pages_to_shared);
}

/*
 * ATTR-6: a driver's bounce buffer: the host has what went through it, and only that.
 * Red: library's mutant no-start-private.
 */
TEST_F(ram_block, bounce_buffer_shows_what_is_copied_to_it)
{
	char *bounce;

	add_block(self, RAM_BLOCK_START_PRIVATE);
	ram_block_convert(self->block, gpa_of(7), PAGE_SIZE, false);
	bounce = ram_block_hva(self->block, gpa_of(7));
	GUEST(self, guest_fill_pages, gpa_of(0), 1, PAGE_PRIVATE, 1);
	GUEST(self, guest_bounce, gpa_of(7), gpa_of(0) + 1024, 1024);
	EXPECT_EQ(page_pattern_word(PAGE_PRIVATE, TEST_GPA / PAGE_SIZE, 1, 128), *(u64 *)bounce);
	EXPECT_FILLED(0, bounce + 1024, PAGE_SIZE - 1024);
	EXPECT_EQ(1, ram_block_count_shared(self->block, TEST_GPA, SIZE));

	memset(bounce, 0x77, 1024);
	GUEST(self, guest_bounce, gpa_of(0), gpa_of(7), 1024);
	EXPECT_EQ(0x7777777777777777, GUEST(self, guest_read_u64, gpa_of(0) + 1016));
	EXPECT_EQ(page_pattern_word(PAGE_PRIVATE, TEST_GPA / PAGE_SIZE, 1, 128),
		  GUEST(self, guest_read_u64, gpa_of(0) + 1024));
}

FIXTURE(ram_block_plain) {
	struct vm *vm;
	struct vcpu *vcpu;
	struct ram_block *block;
};

FIXTURE_SETUP(ram_block_plain)
{
	self->vm = vm_create(VM_TYPE_DEFAULT);
	self->vcpu = vcpu_create(self->vm);
	self->block = ram_block_create(self->vm, "ram", TEST_GPA, SIZE, BACKING_MEMFD, 0);
}

FIXTURE_TEARDOWN(ram_block_plain)
{
	vm_free(self->vm);
	ram_block_free(self->block);
}

/*
 * ATTR-2: the VM's type decides: in one without private memory the same block has shared
 * memory only, and what asks for private is refused before anybody hears of it.
 * Red: library's mutant plain-block-tries.
 */
TEST_F(ram_block_plain, vm_type_decides_whether_there_is_private_memory)
{
	EXPECT_EQ(-1, self->block->gmem_fd);
	GUEST(self, guest_fill_pages, TEST_GPA, 4, PAGE_SHARED, 1);
	EXPECT_ERRNO(EOPNOTSUPP, __ram_block_convert(self->block, TEST_GPA, PAGE_SIZE, true));
	GUEST(self, guest_check_pages, TEST_GPA, 4, PAGE_SHARED, 1);
	EXPECT_EQ(4, ram_block_count_shared(self->block, TEST_GPA, SIZE));
	EXPECT_EQ(0, ram_block_count_private(self->block, TEST_GPA, SIZE));
}

GMEM_TEST_MAIN
