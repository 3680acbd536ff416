// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "case_limit.h"

#define MARGIN		5
#define MAX_WAIT	40

int case_limit_seconds(void)
{
	const char *text = getenv(CASE_LIMIT_ENV);
	int seconds = text ? atoi(text) : 0;

	if (seconds <= 0)
		return CASE_LIMIT_DEFAULT;
	return seconds > 2 * MARGIN ? seconds - MARGIN : seconds;
}

int wait_limit_seconds(void)
{
	int seconds = case_limit_seconds() * 2 / 3;

	if (seconds > MAX_WAIT)
		return MAX_WAIT;
	return seconds ? seconds : 1;
}
