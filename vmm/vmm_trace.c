// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "vmm/vmm_trace.h"

bool vmm_trace_on;

static u64 now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ULL + ts.tv_nsec / 1000;
}

void __vmm_trace(const char *fmt, ...)
{
	static u64 start;
	va_list ap;

	if (!start)
		start = now_us();
	printf("# %9llu us  ", now_us() - start);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}
