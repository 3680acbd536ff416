// SPDX-License-Identifier: GPL-2.0
/* The text half of trace.h: what a trace file says, without tracefs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace.h"

/* Cut one line in two at ": "; what has no such form is no event. */
static int parse_line(char *line, struct trace_event *e)
{
	char *colon = strstr(line, ": ");

	if (!strncmp(line, "CPU:", 4) && strstr(line, "[LOST "))
		return -EOVERFLOW;
	/* An event that prints nothing ends at the colon. */
	if (!colon && *line && line[strlen(line) - 1] == ':')
		colon = line + strlen(line) - 1;
	if (!colon || colon == line || strcspn(line, " \t[") < (size_t)(colon - line))
		return -EBADMSG;
	e->name = line;
	e->args = colon + (colon[1] ? 2 : 1);
	*colon = '\0';
	return 0;
}

static size_t count_lines(const char *text)
{
	size_t n = 1;

	while ((text = strchr(text, '\n'))) {
		text++;
		n++;
	}
	return n;
}

int trace_log_parse(struct trace_log *log, char *text)
{
	char *line, *save;
	int ret = 0;

	*log = (struct trace_log){ .text = text };
	log->events = calloc(count_lines(text), sizeof(*log->events));
	if (!log->events)
		ret = -ENOMEM;
	for (line = strtok_r(text, "\n", &save); line && !ret;
	     line = strtok_r(NULL, "\n", &save)) {
		if (*line == '#')
			continue;
		ret = parse_line(line, &log->events[log->nr]);
		if (!ret)
			log->nr++;
	}
	if (ret)
		trace_log_free(log);
	return ret;
}

void trace_log_free(struct trace_log *log)
{
	free(log->events);
	free(log->text);
	*log = (struct trace_log){ .nr = 0 };
}

u64 trace_log_count(const struct trace_log *log, const char *name)
{
	u64 n = 0;
	size_t i;

	for (i = 0; i < log->nr; i++)
		n += !name || !strcmp(log->events[i].name, name);
	return n;
}

/* The number at @p, which must end there as a word does. */
static bool parse_value(const char *p, int base, u64 *val)
{
	char *end;
	u64 v;

	/* strtoull() would skip blanks, and takes a sign that it should see. */
	if (!*p || strchr(" \t+", *p))
		return false;
	errno = 0;
	v = strtoull(p, &end, base);
	if (errno || end == p || (*end && !strchr(" ,;)", *end)))
		return false;
	*val = v;
	return true;
}

bool trace_field(const struct trace_event *e, const char *key, int base, u64 *val)
{
	const size_t len = strlen(key);
	const char *p, *v;

	for (p = e->args; len && (p = strstr(p, key)); p++) {
		if (p != e->args && !strchr(" ,;(", p[-1]))
			continue;
		v = p + len;
		if (!*v || !strchr(" :=", *v))
			continue;
		v++;
		if (v[-1] != ' ' && *v == ' ')
			v++;
		if (parse_value(v, base, val))
			return true;
	}
	return false;
}
