// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"

#define EXIT_FAILED	1	/* KSFT_FAIL, without dragging in kselftest.h */

void fail_abort(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	flockfile(stderr);
	fprintf(stderr, "# %s:%d: ", file, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	funlockfile(stderr);
	fflush(stderr);
	fail_undo_all();
	/* Not exit(): atexit handlers belong to the harness' own process. */
	_exit(EXIT_FAILED);
}

const char *errno_name(int err)
{
	static __thread char unknown[24];
	const char *name = err ? strerrorname_np(err) : "success";

	if (name)
		return name;
	snprintf(unknown, sizeof(unknown), "errno %d", err);
	return unknown;
}
