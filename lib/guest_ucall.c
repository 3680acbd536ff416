// SPDX-License-Identifier: GPL-2.0
/* The guest's half of ucall.h. Everything here runs in the guest. */
#include <stdarg.h>

#include "arch.h"
#include "guest_printf.h"
#include "ucall.h"

struct vcpu_area *guest_area(void)
{
	u64 sp = arch_guest_stack_pointer();

	/* A stack that is still empty points at the area's end. */
	return (struct vcpu_area *)(unsigned long)((sp - 1) & ~(VCPU_AREA_SIZE - 1));
}

static void ucall(struct vcpu_area *area, enum ucall_cmd cmd)
{
	WRITE_ONCE(area->uc.cmd, cmd);
	arch_guest_ucall();
}

void guest_sync(u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5)
{
	struct vcpu_area *area = guest_area();
	u64 *args = area->uc.args;

	args[0] = a0;
	args[1] = a1;
	args[2] = a2;
	args[3] = a3;
	args[4] = a4;
	args[5] = a5;
	ucall(area, UCALL_SYNC);
}

void guest_print(const char *fmt, ...)
{
	struct vcpu_area *area = guest_area();
	va_list ap;

	va_start(ap, fmt);
	guest_vsnprintf(area->uc.text, sizeof(area->uc.text), fmt, ap);
	va_end(ap);
	ucall(area, UCALL_PRINTF);
}

void guest_assert_failed(const char *file, int line, const char *fmt, ...)
{
	struct vcpu_area *area = guest_area();
	va_list ap;

	va_start(ap, fmt);
	guest_vsnprintf(area->uc.text, sizeof(area->uc.text), fmt, ap);
	va_end(ap);
	area->uc.file = file;
	area->uc.line = line;
	for (;;)
		ucall(area, UCALL_ASSERT);
}

void guest_main(void)
{
	struct vcpu_area *area = guest_area();

	for (;;) {
		u64 *a = area->fn_args;

		area->uc.ret = area->fn(a[0], a[1], a[2], a[3], a[4], a[5]);
		ucall(area, UCALL_DONE);
	}
}
