// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "case_limit.h"

#define MARGIN	5

int case_limit_seconds(void)
{
	const char *text = getenv(CASE_LIMIT_ENV);
	int seconds = text ? atoi(text) : 0;

	if (seconds <= 0)
		return CASE_LIMIT_DEFAULT;
	return seconds > 2 * MARGIN ? seconds - MARGIN : seconds;
}
