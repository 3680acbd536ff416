// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own opinion: its log from /dev/kmsg and its taint flags.  All
 * lines are forwarded; what counts as a splat is decided by the reader.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"

#define KMEMLEAK "/sys/kernel/debug/kmemleak"
/*
 * Seconds. kmemleak says nothing of objects that are younger than 5 s
 * (MSECS_MIN_AGE), as their pointers may be on the way still: a scan right
 * after the last case would see no leak of it. Only --debug kernels wait.
 */
#define KMEMLEAK_AGE	6
#define WARN_AGAIN "/sys/kernel/debug/clear_warn_once"
#define MAX_FORWARDED 2000	/* lines for each job: a flood must not stop the run */

static int fd = -1;
static unsigned long long taint;
static char flood_who[MAX_IDS];
static int flood_lines;

static unsigned long long read_taint(void)
{
	unsigned long long value = 0;
	FILE *f = fopen("/proc/sys/kernel/tainted", "re");

	if (!f)
		return 0;
	if (fscanf(f, "%llu", &value) != 1)
		value = 0;
	fclose(f);
	return value;
}

void kmsg_open(void)
{
	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		channel_send("note no /dev/kmsg: kernel warnings are not seen");
	else
		lseek(fd, 0, SEEK_END);
	taint = read_taint();
}

int kmsg_fd(void)
{
	return fd;
}

static bool flooding(const char *who)
{
	if (strncmp(flood_who, who, sizeof(flood_who) - 1)) {
		snprintf(flood_who, sizeof(flood_who), "%s", who);
		flood_lines = 0;
	}
	return ++flood_lines > MAX_FORWARDED;
}

/* A record is "PRIORITY,SEQ,TIME,FLAGS;text\n" and lines of key=value. */
static void forward_record(const char *who, char *record)
{
	char prefix[MAX_PREFIX];
	char *text = strchr(record, ';');
	size_t len;

	/* User space can write here too, but never as facility 0. */
	if (!text || strtoul(record, NULL, 10) >> 3 || flooding(who))
		return;
	text++;
	len = strcspn(text, "\n");
	snprintf(prefix, sizeof(prefix), "klog %.*s", MAX_IDS, who);
	channel_send_text(prefix, text, len < MAX_LINE ? len : MAX_LINE);
}

void kmsg_forward(const char *who)
{
	char record[8192];
	ssize_t len;

	if (fd < 0)
		return;
	for (;;) {
		len = read(fd, record, sizeof(record) - 1);
		if (len > 0) {
			record[len] = '\0';
			forward_record(who, record);
		} else if (len < 0 && errno == EPIPE) {
			channel_send("klog %s kernel log overrun: lines were lost", who);
		} else if (len >= 0 || errno != EINTR) {
			return;
		}
	}
}

void kmsg_check_taint(const char *who)
{
	unsigned long long value = read_taint();

	if (value != taint)
		channel_send("taint %s %llu %llu", who, taint, value);
	taint = value;
}

static void write_string(const char *path, const char *s)
{
	int f = open(path, O_WRONLY | O_CLOEXEC);

	if (f < 0)
		return;
	if (write(f, s, strlen(s)) < 0)
		channel_send("note cannot write %s: %s", path, strerror(errno));
	close(f);
}

/* A leak is reported once its second scan has found it unreferenced again. */
void kmsg_report_leaks(void)
{
	char line[MAX_LINE];
	FILE *f;

	/* Only of a kernel that is all ours: elsewhere leaks are not news. */
	if (getpid() != 1 || access(KMEMLEAK, R_OK))
		return;
	channel_flush();
	sleep(KMEMLEAK_AGE);
	write_string(KMEMLEAK, "scan");
	write_string(KMEMLEAK, "scan");
	kmsg_forward("-");
	f = fopen(KMEMLEAK, "re");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f))
		channel_send_text("klog -", line, strcspn(line, "\n"));
	fclose(f);
}

/*
 * One boot serves many cases: a WARN_ON_ONCE() must fail each that trips it, not
 * the first alone. What runs beside the new job may warn a second time; all that
 * run at that moment are suspects then as they were before.
 */
void kmsg_rearm_warnings(void)
{
	if (getpid() == 1 && !access(WARN_AGAIN, W_OK))
		write_string(WARN_AGAIN, "1");
}

void kmsg_show_blocked_tasks(void)
{
	channel_flush();
	write_string("/proc/sysrq-trigger", "w");
}
