// SPDX-License-Identifier: GPL-2.0
/*
 * The order of a conversion, as a listener of the RAM block sees it, and what happens
 * when it refuses.
 */
#include "guest_mem.h"
#include "harness.h"
#include "page_pattern.h"
#include "vcpu.h"
#include "vm.h"
#include "vmm/ram_block.h"

#define NR_PAGES	16
#define SIZE		(NR_PAGES * PAGE_SIZE)

FIXTURE(ram_block_listener) {
	struct vm *vm;
	struct vcpu *vcpu;
	struct ram_block *block;
};

FIXTURE_SETUP(ram_block_listener)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->block = ram_block_create(self->vm, "ram", TEST_GPA, SIZE, BACKING_ANON, 0);
}

FIXTURE_TEARDOWN(ram_block_listener)
{
	vm_free(self->vm);
	ram_block_free(self->block);
}

static u64 gpa_of(u64 page)
{
	return TEST_GPA + page * PAGE_SIZE;
}

#define GUEST(self, ...) vcpu_call_done((self)->vcpu, ##__VA_ARGS__)

/* What the other side looks like while a listener is asked; and it may refuse. */
struct witness {
	struct ram_discard_listener listener;
	FIXTURE_DATA(ram_block_listener) *self;
	int ret;
	u64 nr_shared;		/* pages with memory, when asked */
	u64 nr_private;
	u64 guest_word;		/* what the guest reads in the first page of the call */
	int nr_calls;
};

static int witness(struct ram_discard_listener *l, u64 page, u64 nr_pages)
{
	struct witness *w = (struct witness *)l;
	u64 size = nr_pages * PAGE_SIZE;

	w->nr_calls++;
	w->nr_shared = ram_block_count_shared(w->self->block, gpa_of(page), size);
	w->nr_private = ram_block_count_private(w->self->block, gpa_of(page), size);
	if (!w->ret)
		w->guest_word = GUEST(w->self, guest_read_u64, gpa_of(page));
	return w->ret;
}

static void add_witness(FIXTURE_DATA(ram_block_listener) *self, struct witness *w)
{
	*w = (struct witness){
		.self = self,
		.listener = { 0, 0, NR_PAGES, witness, witness },
	};
	ram_discard_register(self->block->discard, &w->listener);
	w->nr_calls = 0;
}

/*
 * DMA-2, ATTR-6: the order of a conversion. While devices are told to let go of a
 * page, the guest still has it and its memory is there; when they are told that it has
 * come, the guest has it already, and the private memory is not yet freed, since the
 * conversion may still be refused. Red: library's mutants free-before-unmap,
 * attrs-before-unmap, map-before-attrs, free-before-map.
 */
TEST_F(ram_block_listener, devices_lose_pages_first_and_get_them_last)
{
	struct witness w;

	GUEST(self, guest_write_u64, gpa_of(3), 0x5a);
	add_witness(self, &w);

	ram_block_convert(self->block, gpa_of(3), PAGE_SIZE, true);
	EXPECT_EQ(1, w.nr_calls);
	EXPECT_EQ(1, w.nr_shared);
	EXPECT_EQ(0x5a, w.guest_word);
	EXPECT_EQ(0, ram_block_count_shared(self->block, gpa_of(3), PAGE_SIZE));

	GUEST(self, guest_write_u64, gpa_of(3), 0xa5);
	ram_block_convert(self->block, gpa_of(3), PAGE_SIZE, false);
	EXPECT_EQ(2, w.nr_calls);
	EXPECT_EQ(1, w.nr_private);
	EXPECT_EQ(0, w.guest_word);
	EXPECT_EQ(0, ram_block_count_private(self->block, gpa_of(3), PAGE_SIZE));
	ram_discard_unregister(self->block->discard, &w.listener);
}

/*
 * DMA-1, ATTR-8: a listener that refuses stops the conversion of a range of which
 * some pages were in the wanted state before: each page has the state and the bytes
 * that it had. Red: library's mutants no-attrs-rollback, rollback-whole-range,
 * free-before-unmap, free-before-map.
 */
TEST_F(ram_block_listener, refused_conversion_changes_nothing)
{
	struct witness w;
	int page;

	add_witness(self, &w);
	for (page = 1; page < 9; page += 2)
		ram_block_convert(self->block, gpa_of(page), PAGE_SIZE, true);
	for (page = 0; page < 10; page++)
		GUEST(self, guest_fill_pages, gpa_of(page), 1, page % 2, page);

	w.ret = -EBUSY;
	EXPECT_ERRNO(EBUSY, __ram_block_convert(self->block, TEST_GPA, 10 * PAGE_SIZE, true));
	EXPECT_ERRNO(EBUSY, __ram_block_convert(self->block, TEST_GPA, 10 * PAGE_SIZE, false));
	w.ret = 0;
	for (page = 0; page < 10; page++) {
		GUEST(self, guest_check_pages, gpa_of(page), 1, page % 2, page);
		EXPECT_EQ(page % 2 == 0 || page == 9,
			  ram_block_is_shared(self->block, gpa_of(page)));
	}
	EXPECT_EQ(2, self->block->stats.refused);
	EXPECT_EQ(4, ram_block_count_private(self->block, TEST_GPA, SIZE));
	EXPECT_EQ(6, ram_block_count_shared(self->block, TEST_GPA, SIZE));
	/* And nothing is in the way of doing it again. */
	ram_block_convert(self->block, TEST_GPA, 10 * PAGE_SIZE, true);
	GUEST(self, guest_check_pages, gpa_of(3), 1, PAGE_PRIVATE, 3);
	GUEST(self, guest_check_zero, gpa_of(4), 1);
	ram_discard_unregister(self->block->discard, &w.listener);
}

GMEM_TEST_MAIN
