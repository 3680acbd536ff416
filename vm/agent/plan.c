// SPDX-License-Identifier: GPL-2.0
/*
 * The plan: one directive a line, fields separated by tabs.
 *   nonce N | channel PATH,... | jobs N | env NAME=VALUE
 *   job ID FLAGS TIMEOUT_SECONDS SEED PROGRAM ARGUMENT...
 * FLAGS is "-" or a comma-separated list of "alone" and "raw".
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"

static char *field(char **line)
{
	char *f = strsep(line, "\t");

	if (!f || !*f)
		errx(2, "agent: malformed plan: field missing");
	return f;
}

static void parse_job(struct plan *plan, char *line)
{
	char *argv[MAX_ARGS + 1];
	struct job *job;
	char *flags;
	int n = 0;

	plan->jobs = reallocarray(plan->jobs, plan->nr_jobs + 1, sizeof(*plan->jobs));
	if (!plan->jobs)
		err(2, "agent: plan");
	job = &plan->jobs[plan->nr_jobs++];
	memset(job, 0, sizeof(*job));
	job->fd = -1;
	job->id = field(&line);
	flags = field(&line);
	job->alone = strstr(flags, "alone");
	job->raw = strstr(flags, "raw");
	job->timeout_ms = 1000 * strtol(field(&line), NULL, 10);
	job->seed = field(&line);
	argv[n++] = field(&line);
	while (line) {
		if (n == MAX_ARGS)
			errx(2, "agent: malformed plan: too many arguments");
		argv[n++] = strsep(&line, "\t");
	}
	argv[n++] = NULL;
	job->argv = malloc(n * sizeof(*argv));
	if (!job->argv)
		err(2, "agent: plan");
	memcpy(job->argv, argv, n * sizeof(*argv));
}

static void parse_line(struct plan *plan, char *line)
{
	char *word = strsep(&line, "\t");

	if (!strcmp(word, "nonce"))
		plan->nonce = field(&line);
	else if (!strcmp(word, "channel"))
		plan->channel = field(&line);
	else if (!strcmp(word, "jobs"))
		plan->nr_parallel = strtol(field(&line), NULL, 10);
	else if (!strcmp(word, "env"))
		putenv(field(&line));
	else if (!strcmp(word, "job"))
		parse_job(plan, line);
	else
		errx(2, "agent: malformed plan: '%s'", word);
}

void plan_read(struct plan *plan, const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (!f)
		err(2, "agent: %s", path);
	while ((len = getline(&line, &size, f)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		/* Fields point into the line, so it stays allocated. */
		parse_line(plan, line);
		line = NULL;
		size = 0;
	}
	fclose(f);
	if (!plan->nonce || !plan->channel)
		errx(2, "agent: malformed plan: no nonce or channel");
	if (plan->nr_parallel < 1 || plan->nr_parallel > MAX_PARALLEL)
		errx(2, "agent: malformed plan: jobs must be 1..%d", MAX_PARALLEL);
}
