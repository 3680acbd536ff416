// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>

#include "expect.h"
#include "fail.h"

static __thread char complaint[1536];

static const char * __printf_like(1, 2) complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(complaint, sizeof(complaint), fmt, ap);
	va_end(ap);
	return complaint;
}

const char *expect_errno(const char *call, int err, long ret)
{
	if (err ? ret == -err : ret >= 0)
		return NULL;
	return complain("%s: expected %s, got %s", call, errno_name(err),
			ret < 0 ? errno_name(-(int)ret) : "success");
}

const char *expect_exit(int ret, u32 reason, struct vm_exit exit)
{
	if (exit.ret == ret && exit.reason == reason && exit.ucall == UCALL_NONE)
		return NULL;
	return complain("expected KVM_RUN %s with %s, got %s", errno_name(-ret),
			vm_exit_reason_name(reason), vm_exit_str(&exit));
}

const char *expect_memory_fault(struct vm_exit exit, int err, u64 gpa, u64 size, u64 flags)
{
	if (exit.ret == -err && exit.reason == KVM_EXIT_MEMORY_FAULT &&
	    exit.memory_fault.gpa == gpa && exit.memory_fault.size == size &&
	    exit.memory_fault.flags == flags)
		return NULL;
	return complain("expected KVM_EXIT_MEMORY_FAULT with %s, gpa %#llx, size %#llx, flags %#llx, got %s",
			errno_name(err), gpa, size, flags, vm_exit_str(&exit));
}

const char *expect_guest_done(struct vm_exit exit)
{
	if (vm_exit_is_done(&exit))
		return NULL;
	return complain("expected the guest function to return, got %s", vm_exit_str(&exit));
}

const char *expect_guest_returned(u64 value, struct vm_exit exit)
{
	if (vm_exit_is_done(&exit) && exit.uc.ret == value)
		return NULL;
	return complain("expected the guest function to return %#llx, got %s", value,
			vm_exit_str(&exit));
}

const char *expect_guest_sync(u64 value, struct vm_exit exit)
{
	if (exit.ucall == UCALL_SYNC && exit.uc.args[0] == value)
		return NULL;
	return complain("expected the guest to sync with %#llx, got %s", value,
			vm_exit_str(&exit));
}

const char *expect_filled(u8 byte, const void *hva, u64 size)
{
	const volatile u8 *p = hva;
	u64 i;

	for (i = 0; i < size; i++) {
		u8 found = p[i];

		if (found != byte)
			return complain("expected %llu bytes of %#x, byte %llu (page %llu) is %#x",
					size, byte, i, i / PAGE_SIZE, found);
	}
	return NULL;
}
