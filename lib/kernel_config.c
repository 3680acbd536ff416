// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "fail.h"
#include "kernel_config.h"
#include "types.h"

static FILE *open_config(void)
{
	static const char * const places[] = { "/boot/config-%s", "/lib/modules/%s/config" };
	struct utsname uts;
	FILE *f = NULL;
	size_t i;

	FAIL_UNLESS(!uname(&uts), "uname: %s", errno_name(errno));
	for (i = 0; !f && i < ARRAY_SIZE(places); i++) {
		char path[128];

		snprintf(path, sizeof(path), places[i], uts.release);
		f = fopen(path, "re");
	}
	return f;
}

int kernel_config_has(const char *option)
{
	size_t len = strlen(option);
	bool found = false;
	char line[256];
	FILE *f = open_config();

	if (!f)
		return -ENOENT;
	while (!found && fgets(line, sizeof(line), f))
		found = !strncmp(line, option, len) &&
			(!strcmp(line + len, "=y\n") || !strcmp(line + len, "=m\n"));
	fclose(f);
	return found;
}
