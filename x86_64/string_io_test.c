// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions that KVM emulates and that have an operand in memory: string I/O,
 * and moves between memory and MMIO. KVM reads and writes guest memory through
 * the slot's userspace_addr and looks at no attribute. That is the present
 * limit of software-protected VMs, on which the first firmware ported to them
 * stumbled. The cases record it, so that a kernel that does it differently is
 * noticed.
 */
#include <string.h>
#include <sys/mman.h>

#include "guest_mem.h"
#include "guest_mmu.h"
#include "harness.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "vcpu.h"
#include "vm.h"

#define SLOT_SIZE	(2 * PAGE_SIZE)
#define MMIO_GPA	(TEST_GPA + SZ_2M)
#define PORT		0x99

#define SHARED_BYTE	0x11
#define PRIVATE_BYTE	0x22
#define SHARED_WORD	0x1111111111111111ULL
#define PRIVATE_WORD	0x2222222222222222ULL
#define DEVICE_WORD	0x8877665544332211ULL

static void guest_out_string(u64 gpa, u64 size)
{
	asm volatile("rep outsb" : "+S"(gpa), "+c"(size) : "d"(PORT) : "memory");
}

static void guest_in_string(u64 gpa, u64 size)
{
	asm volatile("rep insb" : "+D"(gpa), "+c"(size) : "d"(PORT) : "memory");
}

/* One 8-byte access each to @to and @from, by one instruction. */
static void guest_move(u64 to, u64 from)
{
	asm volatile("movsq" : "+D"(to), "+S"(from) : : "memory");
}

static void guest_fill(u64 gpa, u64 size, u64 byte)
{
	asm volatile("rep stosb" : "+D"(gpa), "+c"(size) : "a"(byte) : "memory");
}

FIXTURE(string_io)
{
	struct vm *vm;
	struct vcpu *vcpu;
	struct memslot *slot;
};

/* The first page is private, and its two sides are told apart by their bytes. */
FIXTURE_SETUP(string_io)
{
	REQUIRE(vm_private_type() >= 0, "no VM type with private memory");
	self->vm = vm_create(vm_private_type());
	self->vcpu = vcpu_create(self->vm);
	self->slot = memslot_add(self->vm, TEST_GPA, SLOT_SIZE, MEMSLOT_GMEM);
	guest_mmu_map_identity(self->vm, MMIO_GPA, PAGE_SIZE);
	memset(self->slot->hva, SHARED_BYTE, SLOT_SIZE);
	mem_attrs_set_private(self->vm, TEST_GPA, PAGE_SIZE);
	vcpu_call_done(self->vcpu, guest_fill, TEST_GPA, PAGE_SIZE, PRIVATE_BYTE);
}

FIXTURE_TEARDOWN(string_io)
{
	vm_free(self->vm);
}

static const char *expect_io(struct vm_exit exit, bool out, u32 count)
{
	const char *why = expect_exit(0, KVM_EXIT_IO, exit);

	if (!why && (exit.io.port != PORT || exit.io.out != out || exit.io.count != count))
		return vm_exit_str(&exit);
	return why;
}

static const char *expect_mmio(struct vm_exit exit, u64 gpa, bool is_write)
{
	const char *why = expect_exit(0, KVM_EXIT_MMIO, exit);

	if (!why && (exit.mmio.gpa != gpa || exit.mmio.is_write != is_write))
		return vm_exit_str(&exit);
	return why;
}

#define ASSERT_IO(exit, out, count) __EXPECT_NO_COMPLAINT(expect_io(exit, out, count), 1)
#define ASSERT_MMIO(exit, gpa, is_write) \
	__EXPECT_NO_COMPLAINT(expect_mmio(exit, gpa, is_write), 1)

static u64 exit_word(const u8 *data)
{
	u64 word;

	memcpy(&word, data, sizeof(word));
	return word;
}

/* KVM may tell of one element or of several in an exit: gather @size bytes. */
static const char *collect_out(struct vcpu *vcpu, u8 *bytes, u32 size)
{
	while (size) {
		struct vm_exit exit = vcpu_run(vcpu);
		const char *why = expect_io(exit, true, exit.io.count);

		if (why)
			return why;
		if (!exit.io.count || exit.io.count > size)
			return vm_exit_str(&exit);
		memcpy(bytes, exit.io.data, exit.io.count);
		bytes += exit.io.count;
		size -= exit.io.count;
	}
	return NULL;
}

#define ASSERT_OUT(vcpu, word) \
	__EXPECT_NO_COMPLAINT(collect_out(vcpu, (u8 *)&(word), sizeof(word)), 1)

/*
 * EXIT-9: the shared copy goes out, whatever the guest has in its page. Red:
 * mutants exit-private-uses-hva, exit-emul-all-mmio.
 */
TEST_F(string_io, outs_from_private_page_sends_the_shared_bytes)
{
	u64 sent = 0;

	vcpu_call(self->vcpu, guest_out_string, TEST_GPA, sizeof(sent));
	ASSERT_OUT(self->vcpu, sent);
	EXPECT_EQ(SHARED_WORD, sent);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

/*
 * EXIT-9: the same instruction on a shared page, where it is right. Red: mutant
 * exit-emul-all-mmio.
 */
TEST_F(string_io, outs_from_shared_page_sends_its_bytes)
{
	u64 sent = 0;

	vcpu_call_done(self->vcpu, guest_fill, TEST_GPA + PAGE_SIZE, sizeof(sent), 0x33);
	vcpu_call(self->vcpu, guest_out_string, TEST_GPA + PAGE_SIZE, sizeof(sent));
	ASSERT_OUT(self->vcpu, sent);
	EXPECT_EQ(0x3333333333333333ULL, sent);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

/*
 * EXIT-9: what a device sends lands where the guest cannot see it. Red:
 * mutants exit-private-uses-hva, exit-emul-all-mmio.
 */
TEST_F(string_io, ins_to_private_page_writes_the_shared_bytes)
{
	u64 word = DEVICE_WORD;

	vcpu_call(self->vcpu, guest_in_string, TEST_GPA, 8);
	ASSERT_IO(vcpu_run(self->vcpu), false, 8);
	memcpy((char *)self->vcpu->run + self->vcpu->run->io.data_offset, &word, 8);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));

	EXPECT_EQ(DEVICE_WORD, *(u64 *)self->slot->hva);
	EXPECT_FILLED(SHARED_BYTE, (char *)self->slot->hva + 8, SLOT_SIZE - 8);
	vcpu_call(self->vcpu, guest_read_u64, TEST_GPA);
	EXPECT_GUEST_RETURNED(PRIVATE_WORD, vcpu_run(self->vcpu));
}

/*
 * EXIT-9: without a shared copy KVM takes RAM for a device. Red: mutant
 * exit-emul-hole-is-ram.
 */
TEST_F(string_io, outs_without_shared_memory_reads_by_mmio)
{
	struct vm_exit exit;
	u64 word = DEVICE_WORD;

	ASSERT_EQ(0, munmap(self->slot->hva, PAGE_SIZE));
	vcpu_call(self->vcpu, guest_out_string, TEST_GPA, 1);
	exit = vcpu_run(self->vcpu);
	ASSERT_MMIO(exit, TEST_GPA, false);
	memcpy(self->vcpu->run->mmio.data, &word, exit.mmio.len);
	exit = vcpu_run(self->vcpu);
	ASSERT_IO(exit, true, 1);
	EXPECT_EQ((u8)DEVICE_WORD, exit.io.data[0]);
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

/*
 * EXIT-9: a move to a device sends it the shared bytes too. Red:
 * mutants exit-private-uses-hva, exit-emul-all-mmio.
 */
TEST_F(string_io, move_from_private_page_to_mmio_sends_the_shared_bytes)
{
	struct vm_exit exit;

	vcpu_call(self->vcpu, guest_move, MMIO_GPA, TEST_GPA);
	exit = vcpu_run(self->vcpu);
	ASSERT_MMIO(exit, MMIO_GPA, true);
	EXPECT_EQ(SHARED_WORD, exit_word(exit.mmio.data));
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
}

/*
 * EXIT-9: and a move from a device leaves its bytes in the shared copy. Red:
 * mutants exit-private-uses-hva, exit-emul-all-mmio.
 */
TEST_F(string_io, move_from_mmio_to_private_page_writes_the_shared_bytes)
{
	u64 word = DEVICE_WORD;

	vcpu_call(self->vcpu, guest_move, TEST_GPA, MMIO_GPA);
	ASSERT_MMIO(vcpu_run(self->vcpu), MMIO_GPA, false);
	memcpy(self->vcpu->run->mmio.data, &word, sizeof(word));
	EXPECT_GUEST_DONE(vcpu_run(self->vcpu));
	EXPECT_EQ(DEVICE_WORD, *(u64 *)self->slot->hva);
	vcpu_call(self->vcpu, guest_read_u64, TEST_GPA);
	EXPECT_GUEST_RETURNED(PRIVATE_WORD, vcpu_run(self->vcpu));
}

GMEM_TEST_MAIN
