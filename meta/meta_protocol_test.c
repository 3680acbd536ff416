// SPDX-License-Identifier: GPL-2.0
/*
 * A test program that does not keep to the protocol, one way per case: it takes
 * --list and -r like the others, and then misbehaves.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int plan_is_too_long(const char *name)
{
	printf("TAP version 13\n1..2\nok 1 %s\n", name);
	return 0;
}

static int has_no_plan(const char *name)
{
	printf("TAP version 13\nok 1 %s\n", name);
	return 0;
}

static int reports_twice(const char *name)
{
	printf("TAP version 13\n1..1\nok 1 %s\nnot ok 1 %s\n", name, name);
	return 0;
}

static int reports_another_case(const char *name)
{
	(void)name;
	printf("TAP version 13\n1..1\nok 1 protocol.another\n");
	return 0;
}

static int says_ok_and_exits_1(const char *name)
{
	printf("TAP version 13\n1..1\nok 1 %s\n", name);
	return 1;
}

static int says_not_ok_and_exits_0(const char *name)
{
	printf("TAP version 13\n1..1\nnot ok 1 %s\n", name);
	return 0;
}

static int stops_without_a_result(const char *name)
{
	(void)name;
	printf("TAP version 13\n1..1\n");
	return 0;
}

static int says_nothing(const char *name)
{
	(void)name;
	return 0;
}

static int runs_nothing(const char *name)
{
	(void)name;
	printf("TAP version 13\n1..0\n");
	return 0;
}

/* Its parent's verdict must come from the exit, not from what was said before. */
static int dies_after_its_result(const char *name)
{
	printf("TAP version 13\n1..1\nok 1 %s\n", name);
	fflush(stdout);
	raise(SIGKILL);
	return 0;
}

static int ignores_sigterm_for_ever(const char *name)
{
	(void)name;
	signal(SIGTERM, SIG_IGN);
	while (pause() < 0)
		;
	return 0;
}

static const struct {
	const char *name;
	int (*run)(const char *name);
} cases[] = {
#define CASE(fn)	{ "protocol." #fn, fn }
	CASE(plan_is_too_long),
	CASE(has_no_plan),
	CASE(reports_twice),
	CASE(reports_another_case),
	CASE(says_ok_and_exits_1),
	CASE(says_not_ok_and_exits_0),
	CASE(stops_without_a_result),
	CASE(says_nothing),
	CASE(runs_nothing),
	CASE(dies_after_its_result),
	CASE(ignores_sigterm_for_ever),
};

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (argc == 2 && !strcmp(argv[1], "--list"))
			puts(cases[i].name);
		else if (argc == 3 && !strcmp(argv[1], "-r") && !strcmp(argv[2], cases[i].name))
			return cases[i].run(cases[i].name);
	}
	return argc == 2 ? 0 : 2;
}
