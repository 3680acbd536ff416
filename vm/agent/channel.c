// SPDX-License-Identifier: GPL-2.0
/*
 * The result channel.  Each line is "NONCE SEQ LEN PAYLOAD": a reader can tell
 * foreign text (no nonce), a lost line (gap in SEQ) and a damaged line (LEN).
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "agent.h"

static int channel = -1;
static const char *channel_nonce;
static unsigned long long channel_seq;
/*
 * What is still to be written: each write costs a wake-up of QEMU, and an interrupt.
 * A page at most, since the driver of the port allocates as much.
 */
static char pending[4096];
static size_t nr_pending;

void channel_open(char *paths, const char *nonce)
{
	struct termios tio;
	char *path;

	while (channel < 0 && (path = strsep(&paths, ","))) {
		channel = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
		if (channel < 0 && errno != ENOENT)
			warn("agent: cannot open the result channel %s", path);
	}
	if (channel < 0)
		errx(2, "agent: there is no result channel");
	if (!tcgetattr(channel, &tio)) {
		cfmakeraw(&tio);
		cfsetspeed(&tio, B115200);
		tcsetattr(channel, TCSANOW, &tio);
	}
	channel_nonce = nonce;
}

static void write_all(const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(channel, buf, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			err(2, "agent: the result channel is gone");
		buf += n;
		len -= n;
	}
}

void channel_flush(void)
{
	size_t len = nr_pending;

	nr_pending = 0;
	write_all(pending, len);
}

static void send_payload(const char *payload, size_t len)
{
	char start[256];
	int head;

	head = snprintf(start, sizeof(start), "%s %llu %zu ", channel_nonce, channel_seq++, len);
	if (head < 0 || head >= (int)sizeof(start) || head + len + 1 > sizeof(pending))
		errx(2, "agent: frame too long");
	if (nr_pending + head + len + 1 > sizeof(pending))
		channel_flush();
	memcpy(pending + nr_pending, start, head);
	memcpy(pending + nr_pending + head, payload, len);
	nr_pending += head + len + 1;
	pending[nr_pending - 1] = '\n';
}

void channel_send(const char *fmt, ...)
{
	char payload[MAX_LINE];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(payload, sizeof(payload), fmt, ap);
	va_end(ap);
	if (len >= (int)sizeof(payload))
		len = sizeof(payload) - 1;
	send_payload(payload, len);
}

static size_t escape(char *out, const char *text, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	char *start = out;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = text[i];

		if (c >= 0x20 && c < 0x7f && c != '\\') {
			*out++ = c;
		} else {
			*out++ = '\\';
			*out++ = hex[c >> 4];
			*out++ = hex[c & 15];
		}
	}
	return out - start;
}

/* @len is at most MAX_LINE; @prefix a word and ids. */
void channel_send_text(const char *prefix, const char *text, size_t len)
{
	char payload[3 * MAX_LINE + MAX_PREFIX];
	size_t head = snprintf(payload, MAX_PREFIX, "%s ", prefix);

	if (head >= MAX_PREFIX)
		errx(2, "agent: prefix too long");
	send_payload(payload, head + escape(payload + head, text, len));
}

/*
 * Returns when the other side has everything: what follows may kill the kernel. To a virtio
 * port it has been written through, unless the runner was too slow to take it.
 */
void channel_drain(void)
{
	channel_flush();
	tcdrain(channel);
}

/*
 * The same for whatever the runner does, before the machine goes: QEMU's queue of a virtio
 * port has 128 entries, one for each write, and takes them in order.
 */
static void fill_queue(void)
{
	struct stat st;
	int i;

	if (!tcdrain(channel) || fstat(channel, &st) || !S_ISCHR(st.st_mode))
		return;
	for (i = 0; i < 128; i++)
		write_all("\n", 1);
}

void channel_close(void)
{
	channel_send("done %llu", channel_seq);
	channel_flush();
	fill_queue();
	close(channel);
}
