// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "module_param.h"

bool module_param_is_set(const char *module, const char *name)
{
	char path[128];
	FILE *f;
	int c;

	snprintf(path, sizeof(path), "/sys/module/%s/parameters/%s", module, name);
	f = fopen(path, "re");
	c = f ? getc(f) : 0;
	if (f)
		fclose(f);
	/* Of type bool, or of type int. */
	return c == 'Y' || c == '1';
}
