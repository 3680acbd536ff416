// SPDX-License-Identifier: GPL-2.0
/* The program-wide half of harness.h: options, exit code, how to repeat. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kselftest.h>

#include "rng.h"

typedef void (*harness_name_fn)(const char *name, void *arg);

void harness_note_result(int code, const char *name);
int harness_exit_code(bool ok);
int harness_start(int argc, char **argv,
		  void (*for_each_case)(harness_name_fn fn, void *arg));

/* Not one of kselftest's codes for a finished test: nothing ran. */
#define EXIT_USAGE	2

static const char *program = "";
static unsigned int nr_results, nr_skipped;

void harness_note_result(int code, const char *name)
{
	const char *base = strrchr(program, '/');

	nr_results++;
	if (code == KSFT_SKIP)
		nr_skipped++;
	if (code != KSFT_FAIL)
		return;
	fflush(stdout);
	fprintf(stderr, "# repeat with: %s=%#llx ./%s -r %s\n", RNG_SEED_ENV, rng_seed(),
		base ? base + 1 : program, name);
	fflush(stderr);
}

int harness_exit_code(bool ok)
{
	if (!ok)
		return KSFT_FAIL;
	return nr_results && nr_results == nr_skipped ? KSFT_SKIP : KSFT_PASS;
}

static void print_name(const char *name, void *arg)
{
	(void)arg;
	puts(name);
}

struct lookup {
	const char *name;
	bool found;
};

static void compare_name(const char *name, void *arg)
{
	struct lookup *lookup = arg;

	if (!strcmp(name, lookup->name))
		lookup->found = true;
}

int harness_start(int argc, char **argv,
		  void (*for_each_case)(harness_name_fn fn, void *arg))
{
	int i;

	program = argv[0];
	for (i = 1; i < argc; i++) {
		struct lookup lookup = { 0 };

		if (!strcmp(argv[i], "--list")) {
			for_each_case(print_name, NULL);
			return KSFT_PASS;
		}
		if (strcmp(argv[i], "-r"))
			continue;
		if (i + 1 == argc) {
			fprintf(stderr, "%s: -r wants the name of a case, see --list\n", program);
			return EXIT_USAGE;
		}
		lookup.name = argv[++i];
		for_each_case(compare_name, &lookup);
		if (!lookup.found) {
			fprintf(stderr, "%s: no case is named %s, see --list\n", program,
				lookup.name);
			return EXIT_USAGE;
		}
	}
	printf("# seed %#llx\n", rng_seed());
	return -1;
}
