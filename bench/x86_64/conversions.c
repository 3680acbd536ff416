// SPDX-License-Identifier: GPL-2.0
/*
 * The conversions and guest accesses of the kernel's own
 * x86/private_mem_conversions_test, as this suite does them, to compare costs:
 * one vCPU, one slot of 2M + 4K, the same ranges in the same order, each byte
 * that is written or checked there is written or checked here. The guest asks
 * with KVM_HC_MAP_GPA_RANGE and reports with a sync.
 */
#include <linux/kvm_para.h>
#include <stdio.h>
#include <unistd.h>

#include "fail.h"
#include "gmem.h"
#include "mem_attrs.h"
#include "memslot.h"
#include "vcpu.h"
#include "vm.h"
#include "x86.h"

#define AREA_GPA	SZ_1G
#define AREA_SIZE	(SZ_2M + PAGE_SIZE)

/* Third argument of the hypercall: free for the two sides to agree on. */
#define ASK_SET		BIT_ULL(0)
#define ASK_SHARED	BIT_ULL(1)
#define ASK_FALLOCATE	BIT_ULL(2)

/* First argument of a sync: what the host is to see, and whether to write. */
enum { SEE_SHARED, SEE_AND_WRITE_SHARED };

static const struct range {
	u64 offset, size;
} ranges[] = {
	{ 0, PAGE_SIZE },
	{ 0, SZ_2M },
	{ PAGE_SIZE, PAGE_SIZE },
	{ PAGE_SIZE, SZ_2M },
	{ SZ_2M, PAGE_SIZE },
};

static u64 word_of(u8 byte)
{
	return byte * 0x0101010101010101ULL;
}

static void fill(void *start, u8 byte, u64 size)
{
	u64 *p = start, *end = p + size / sizeof(*p), word = word_of(byte);

	while (p < end)
		*p++ = word;
}

/* The first word that is not @byte, or NULL. */
static const u64 *find_other(const void *start, u8 byte, u64 size)
{
	const u64 *p = start, *end = p + size / sizeof(*p);
	u64 word = word_of(byte);

	for (; p < end; p++)
		if (*p != word)
			return p;
	return NULL;
}

static void guest_fill(u64 gpa, u8 byte, u64 size)
{
	fill((void *)gpa, byte, size);
	asm volatile("" : : : "memory");
}

static void guest_check(u64 gpa, u8 byte, u64 size)
{
	const u64 *bad;

	asm volatile("" : : : "memory");
	bad = find_other((const void *)gpa, byte, size);
	GUEST_ASSERT_MSG(!bad, "gpa %p: expected bytes of %#x", bad, byte);
}

static void guest_ask(u64 gpa, u64 size, u64 what)
{
	u64 ret = guest_hypercall(KVM_HC_MAP_GPA_RANGE, gpa, size >> PAGE_SHIFT, what, 0);

	GUEST_ASSERT_EQ(0, ret);
}

/* Everything but [gpa, gpa + size) is as it was. */
static void guest_check_around(u64 gpa, u64 size, u8 byte)
{
	guest_check(AREA_GPA, byte, gpa - AREA_GPA);
	guest_check(gpa + size, byte, AREA_GPA + AREA_SIZE - gpa - size);
}

static void guest_convert_page(u64 gpa)
{
	guest_fill(gpa, 0x22, PAGE_SIZE);
	GUEST_SYNC(SEE_SHARED, gpa, PAGE_SIZE, 0x11);
	guest_check(gpa, 0x22, PAGE_SIZE);
	guest_check_around(gpa, PAGE_SIZE, 0xcc);
	GUEST_SYNC(SEE_SHARED, gpa, PAGE_SIZE, 0x11);
}

static void guest_convert_range(const struct range *r, u64 fallocate)
{
	u64 gpa = AREA_GPA + r->offset;

	guest_fill(gpa, 0x11, r->size);
	guest_ask(gpa, r->size, ASK_SET | fallocate);
	if (r->size == PAGE_SIZE)
		guest_convert_page(gpa);
	else
		guest_fill(gpa, 0x22, PAGE_SIZE);

	guest_ask(gpa, r->size, ASK_SET | ASK_SHARED | fallocate);
	guest_fill(gpa, 0x33, r->size);
	GUEST_SYNC(SEE_AND_WRITE_SHARED, gpa, r->size, 0x33, 0x44);
	guest_check(gpa, 0x44, r->size);
	guest_fill(gpa, 0xcc, r->size);
	guest_ask(AREA_GPA, AREA_SIZE, ASK_SET | ASK_SHARED | ASK_FALLOCATE);
}

static void guest_conversions(u64 fallocate)
{
	u64 i;

	guest_fill(AREA_GPA, 0xaa, AREA_SIZE);
	guest_check(AREA_GPA, 0xaa, AREA_SIZE);
	GUEST_SYNC(SEE_AND_WRITE_SHARED, AREA_GPA, AREA_SIZE, 0xaa, 0xcc);
	guest_check(AREA_GPA, 0xcc, AREA_SIZE);
	for (i = 0; i < ARRAY_SIZE(ranges); i++)
		guest_convert_range(&ranges[i], fallocate);
}

static void guest_punch(bool only_the_range)
{
	u64 i;

	guest_ask(AREA_GPA, AREA_SIZE, ASK_SET);
	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		u64 gpa = AREA_GPA + ranges[i].offset, size = ranges[i].size;
		u64 used = only_the_range ? gpa : AREA_GPA;
		u64 used_size = only_the_range ? size : AREA_SIZE;

		guest_ask(AREA_GPA, AREA_SIZE, ASK_SHARED | ASK_FALLOCATE);
		guest_fill(used, 0xcc, used_size);
		guest_check(used, 0xcc, used_size);
		guest_ask(gpa, size, ASK_SHARED | ASK_FALLOCATE);
		guest_check(gpa, 0, size);
	}
}

static void guest_all(void)
{
	guest_conversions(0);
	guest_conversions(ASK_FALLOCATE);
	guest_punch(false);
	guest_punch(true);
}

static void answer_hypercall(struct vm *vm, const struct memslot *slot, const struct vm_exit *exit)
{
	const u64 *args = exit->hypercall.args;
	u64 gpa = args[0], size = args[1] << PAGE_SHIFT, what = args[2];

	FAIL_UNLESS(exit->hypercall.nr == KVM_HC_MAP_GPA_RANGE, "%s", vm_exit_str(exit));
	if (what & ASK_FALLOCATE) {
		if (what & ASK_SHARED)
			gmem_punch_hole(slot->gmem_fd, gpa - slot->gpa, size);
		else
			gmem_allocate(slot->gmem_fd, gpa - slot->gpa, size);
	}
	if (!(what & ASK_SET))
		return;
	if (what & ASK_SHARED)
		mem_attrs_set_shared(vm, gpa, size);
	else
		mem_attrs_set_private(vm, gpa, size);
}

static void answer_sync(const struct memslot *slot, const struct ucall *uc)
{
	void *hva = memslot_hva(slot, uc->args[1]);
	const u64 *bad = find_other(hva, uc->args[3], uc->args[2]);

	FAIL_UNLESS(!bad, "gpa %#llx: expected bytes of %#llx, got %#llx",
		    uc->args[1] + ((u64)bad - (u64)hva), uc->args[3], *bad);
	if (uc->args[0] == SEE_AND_WRITE_SHARED)
		fill(hva, uc->args[4], uc->args[2]);
}

int main(void)
{
	struct vm *vm = vm_create(KVM_X86_SW_PROTECTED_VM);
	struct vcpu *vcpu = vcpu_create(vm);
	int gmem = gmem_create(vm, AREA_SIZE, 0);
	struct memslot *slot;
	struct vm_exit exit;

	vm_enable_cap(vm, KVM_CAP_EXIT_HYPERCALL, BIT_ULL(KVM_HC_MAP_GPA_RANGE));
	slot = memslot_add_gmem(vm, AREA_GPA, AREA_SIZE, gmem, 0);
	vcpu_call(vcpu, guest_all);
	for (;;) {
		exit = vcpu_run(vcpu);
		if (exit.reason == KVM_EXIT_HYPERCALL) {
			answer_hypercall(vm, slot, &exit);
			vcpu->run->hypercall.ret = 0;
		} else if (exit.ucall == UCALL_SYNC) {
			answer_sync(slot, &exit.uc);
		} else {
			break;
		}
	}
	FAIL_UNLESS(vm_exit_is_done(&exit), "%s", vm_exit_str(&exit));
	vm_free(vm);
	/* The file outlives the VM's descriptor, and works. */
	gmem_punch_hole(gmem, 0, AREA_SIZE);
	gmem_allocate(gmem, 0, AREA_SIZE);
	close(gmem);
	return 0;
}
