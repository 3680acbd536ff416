// SPDX-License-Identifier: GPL-2.0
/* The guest of tiny_vm.h. */
#include "guest_mem.h"
#include "guest_string.h"
#include "page_pattern.h"
#include "tiny_guest.h"
#include "ucall.h"
#include "vmm/guest_convert.h"
#include "vmm/tiny_vm.h"
#include "x86.h"

/* The firmware: position independent, since it runs where it is copied to. */
asm(".pushsection .text\n"
    ".globl tiny_firmware_start, tiny_firmware_end\n"
    "tiny_firmware_start:\n"
    "	mov	%rdi, %rax\n"
    "	not	%rax\n"
    "	ret\n"
    "tiny_firmware_end:\n"
    ".popsection\n");

#define BOUNCE_PAGE	((TINY_BOUNCE_GPA - TINY_RAM_GPA) / PAGE_SIZE)
#define BOUNCE_PAGES	(TINY_BOUNCE_SIZE / PAGE_SIZE)
#define RAM_PAGES	(TINY_RAM_SIZE / PAGE_SIZE)
#define REST_GPA	(TINY_BOUNCE_GPA + TINY_BOUNCE_SIZE)
#define REST_PAGES	(RAM_PAGES - BOUNCE_PAGE - BOUNCE_PAGES)

/* A page of private memory that the driver's data come from. */
#define PRIVATE_GPA	REST_GPA

static void share(u64 gpa, u64 size, bool shared)
{
	GUEST_ASSERT_EQ(0, guest_map_gpa_range(gpa, size, !shared));
}

static void start_firmware(void)
{
	u64 (*firmware)(u64) = (void *)TINY_FIRMWARE_GPA;

	guest_memcpy((void *)TINY_FIRMWARE_GPA, (const void *)TINY_LOADER_GPA, PAGE_SIZE);
	share(TINY_LOADER_GPA, TINY_LOADER_SIZE, false);
	guest_check_zero(TINY_LOADER_GPA, TINY_LOADER_SIZE / PAGE_SIZE);
	GUEST_ASSERT_EQ(~0x1234ULL, firmware(0x1234));
}

/* Ask the host something, through the bounce buffer. */
static void talk(void)
{
	const u8 *answer = (const u8 *)TINY_BOUNCE_GPA;
	u64 i;

	share(TINY_BOUNCE_GPA, TINY_BOUNCE_SIZE, true);
	guest_bounce(TINY_BOUNCE_GPA, PRIVATE_GPA, TINY_MESSAGE_SIZE);
	GUEST_SYNC(TINY_HELLO, TINY_BOUNCE_GPA);
	for (i = 0; i < TINY_MESSAGE_SIZE; i++)
		GUEST_ASSERT_EQ(i & 0xff, READ_ONCE(answer[i]));
	share(TINY_BOUNCE_GPA, TINY_BOUNCE_SIZE, false);
	guest_check_zero(TINY_BOUNCE_GPA, BOUNCE_PAGES);
}

/* A driver: out by the device and in again, then the device comes uninvited. */
static void use_device(void)
{
	const void *copy = (const void *)(TINY_BOUNCE_GPA + PAGE_SIZE / 2);

	share(TINY_BOUNCE_GPA, TINY_BOUNCE_SIZE, true);
	guest_bounce(TINY_BOUNCE_GPA, PRIVATE_GPA, TINY_MESSAGE_SIZE);
	GUEST_SYNC(TINY_DEVICE_READ, TINY_BOUNCE_GPA);
	GUEST_SYNC(TINY_DEVICE_WRITE, TINY_BOUNCE_GPA + PAGE_SIZE / 2);
	GUEST_ASSERT(!guest_memcmp(copy, (const void *)PRIVATE_GPA, TINY_MESSAGE_SIZE));
	share(TINY_BOUNCE_GPA, TINY_BOUNCE_SIZE, false);
	GUEST_SYNC(TINY_DEVICE_INTRUDE, TINY_BOUNCE_GPA);
	guest_check_zero(TINY_BOUNCE_GPA, BOUNCE_PAGES);
}

void tiny_guest_main(u64 has_device)
{
	start_firmware();
	guest_fill_pages(TINY_RAM_GPA, RAM_PAGES, PAGE_PRIVATE, 1);
	talk();
	if (has_device)
		use_device();
	guest_check_pages(TINY_RAM_GPA, BOUNCE_PAGE, PAGE_PRIVATE, 1);
	guest_check_pages(REST_GPA, REST_PAGES, PAGE_PRIVATE, 1);
}
