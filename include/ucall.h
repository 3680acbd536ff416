/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How guest code talks to the test: each vCPU has an area of its own in slot 0,
 * a ucall page below its stack. The guest fills the page and leaves to
 * userspace; the host reads it through the slot's hva, so a ucall costs one
 * exit and no further ioctl. Calls into the guest go the same way: the host
 * stores a function and its arguments, guest_main() runs it and reports DONE.
 */
#ifndef KVM_GMEM_UCALL_H
#define KVM_GMEM_UCALL_H

#include "types.h"

/* A vCPU's area: the ucall page, then the stack; a power of two, and aligned. */
#define VCPU_AREA_SIZE		(8 * PAGE_SIZE)

#define UCALL_MAX_ARGS		6
#define UCALL_TEXT_SIZE		512

enum ucall_cmd {
	UCALL_NONE,		/* not a ucall */
	UCALL_DONE,		/* the called function returned: ret */
	UCALL_SYNC,		/* GUEST_SYNC: args[] */
	UCALL_PRINTF,		/* text, handled inside vcpu_run() */
	UCALL_ASSERT,		/* GUEST_ASSERT failed: text, file, line */
	UCALL_EXCEPTION,	/* unexpected exception: args[], see below */
};

/* args[] of UCALL_EXCEPTION. */
enum { UCALL_EXC_VECTOR, UCALL_EXC_ERROR, UCALL_EXC_IP, UCALL_EXC_ADDRESS };

struct ucall {
	u64 cmd;
	u64 args[UCALL_MAX_ARGS];
	u64 ret;
	const char *file;	/* of the guest's assertion: same address on the host */
	u64 line;
	char text[UCALL_TEXT_SIZE];
};

typedef u64 (*guest_fn)(u64, u64, u64, u64, u64, u64);

/* The first page of a vCPU's area. */
struct vcpu_area {
	struct ucall uc;
	guest_fn fn;
	u64 fn_args[UCALL_MAX_ARGS];
	u64 index;		/* of the vCPU in its VM */
	/* An exception while this is set continues there instead of a ucall. */
	u64 fixup_ip;
	u64 fixup_vector;
	u64 fixup_error;
	u64 fixup_address;
};

_Static_assert(sizeof(struct vcpu_area) <= PAGE_SIZE, "the ucall page is one page");

/* Guest side. */

/* The calling vCPU's area. */
struct vcpu_area *guest_area(void);

/* Stop with up to six values for the host; continue on the next vcpu_run(). */
void guest_sync(u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5);

/* Print a line on the host, "# guest: " in front; see guest_printf.h. */
void guest_print(const char *fmt, ...) __printf_like(1, 2);

/* Report a failed assertion; the vCPU does not go on. */
__noreturn void guest_assert_failed(const char *file, int line, const char *fmt, ...)
	__printf_like(3, 4);

/* The first function of every vCPU: run what the host asks for, for ever. */
__noreturn void guest_main(void);

#define __GUEST_SYNC(a0, a1, a2, a3, a4, a5, ...)			\
	guest_sync((u64)(a0), (u64)(a1), (u64)(a2), (u64)(a3), (u64)(a4), (u64)(a5))
#define GUEST_SYNC(...)		__GUEST_SYNC(__VA_ARGS__, 0, 0, 0, 0, 0, 0)

/* The host's case fails with the guest's file and line. */
#define GUEST_ASSERT_MSG(cond, fmt, ...)				\
	do {								\
		if (!(cond))						\
			guest_assert_failed(__FILE__, __LINE__,		\
					    fmt, ##__VA_ARGS__);	\
	} while (0)

#define GUEST_ASSERT(cond)	GUEST_ASSERT_MSG(cond, "expected %s", #cond)

#define GUEST_ASSERT_EQ(expected, got)					\
	do {								\
		u64 __expected = (u64)(expected), __got = (u64)(got);	\
									\
		GUEST_ASSERT_MSG(__expected == __got,			\
				 "%s: expected %#llx, got %#llx",	\
				 #got, __expected, __got);		\
	} while (0)

#endif
