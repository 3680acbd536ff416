// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "fault_inject.h"

#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define FAILSLAB	"/sys/kernel/debug/failslab/"
#define FAIL_PAGES	"/sys/kernel/debug/fail_page_alloc/"

/* Of this thread, while it counts. */
static __thread int nth_fd = -1;

static bool write_file(const char *path, const char *text)
{
	ssize_t len = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return false;
	ok = write(fd, text, len) == len;
	close(fd);
	return ok;
}

bool fault_inject_available(void)
{
	return !access(FAIL_NTH, W_OK) && write_file(FAILSLAB "ignore-gfp-wait", "N") &&
	       write_file(FAILSLAB "verbose", "0");
}

bool fault_inject_pages_available(void)
{
	return fault_inject_available() && write_file(FAIL_PAGES "ignore-gfp-wait", "N") &&
	       write_file(FAIL_PAGES "ignore-gfp-highmem", "N") &&
	       write_file(FAIL_PAGES "min-order", "0") && write_file(FAIL_PAGES "verbose", "0");
}

void fault_inject(int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", nth);

	nth_fd = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	FAIL_UNLESS(nth_fd >= 0, "open %s: %s", FAIL_NTH, errno_name(errno));
	/* Counting begins here. */
	FAIL_UNLESS(write(nth_fd, text, len) == len, "write %s: %s", FAIL_NTH, errno_name(errno));
}

bool fault_inject_stop(void)
{
	char left[16] = "";

	FAIL_UNLESS(pread(nth_fd, left, sizeof(left) - 1, 0) > 0, "read %s: %s", FAIL_NTH,
		    errno_name(errno));
	FAIL_UNLESS(write(nth_fd, "0", 1) == 1, "write %s: %s", FAIL_NTH, errno_name(errno));
	close(nth_fd);
	nth_fd = -1;
	return !atoi(left);
}
